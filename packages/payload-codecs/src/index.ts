export { type Decoded, type FlaggedReading } from './lib/decoded.ts';
export { decode } from './lib/decode.ts';
export { MAX_DEPTH, MAX_PAYLOAD_BYTES } from './lib/json.ts';
export { type TopicChannel, type TopicParse, parseTopic } from './lib/topic.ts';
export { DIALECTS, findDialect } from './lib/dialects/all-dialects.ts';
export { type ForeignDecoded, decodeForeign } from './lib/foreign/decode-foreign.ts';
export type { Dialect, DialectDecoder, DialectState } from './lib/foreign/dialect.ts';
export type { Command } from './lib/foreign/message-findings.ts';
export {
  DEVICE_CLASSES,
  type DeviceClass,
  type DialectMessage,
  type NamedField,
  type SourceSettings,
  sourceSettings,
} from './lib/foreign/source.ts';
export {
  coversFilter,
  filterList,
  matchesFilter,
  overlappingFilters,
} from './lib/foreign/topic-filter.ts';
export {
  fault,
  faultText,
  type SourceFault,
  type SourceFaultCode,
} from './lib/foreign/source-faults.ts';
export {
  overlapProblem,
  type SourceProblem,
  sourceProblem,
  sourceProblems,
} from './lib/foreign/source-problems.ts';
