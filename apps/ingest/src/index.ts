export { type IncomingMessage, PipelineClosedError } from './lib/message.ts';
export { type Pipeline, createPipeline } from './lib/pipeline.ts';
export type { PipelineOptions } from './lib/pipeline-options.ts';
export { type IngestOptions, type IngestService, startIngest } from './lib/start-ingest.ts';
export { fulfilReplays } from './lib/replay/replay-worker.ts';
export { type IngestConfig, INGEST_VARIABLES, readIngestConfig } from './config.ts';
export { TakeOverError, type TakeOverOptions, takeOverSession } from './lib/take-over.ts';
export { SchemaError } from './lib/schema-check.ts';
