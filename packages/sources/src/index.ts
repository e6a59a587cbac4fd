export {
  findSource,
  type FoundSource,
  type SourceSearch,
  unkeptSource,
} from './lib/find-source.ts';
export { settingsOf } from './lib/source-settings.ts';
export { problemText } from './lib/problem-text.ts';
export { type KeptSource, keepSource, toSource } from './lib/keep-source.ts';
export { type Trial, tryMessage } from './lib/try-message.ts';
