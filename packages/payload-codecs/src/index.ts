export { type Decoded, type FlaggedReading } from './lib/decoded.ts';
export { decode } from './lib/decode.ts';
export { MAX_DEPTH, MAX_PAYLOAD_BYTES } from './lib/json.ts';
export { type TopicChannel, type TopicParse, parseTopic } from './lib/topic.ts';
