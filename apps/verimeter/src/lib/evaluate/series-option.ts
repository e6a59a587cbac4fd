import path from 'node:path';
import { choice, UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';

/** Where the real series are, if any, and which half of them is looked at. */
export interface SeriesOption {
  readonly dataDirectory: string | undefined;
  readonly half: 'tune' | 'report';
}

/** --data and --half; `what`: what is divided into halves. */
export function readSeriesOption(context: CommandContext, what: string): SeriesOption {
  const data = context.option('data');
  const half = context.option('half');
  if (half !== undefined && data === undefined)
    throw new UsageError(`--half is about the ${what} of --data DIR`);
  return {
    dataDirectory:
      data === undefined ? undefined : path.resolve(context.environment.workingDirectory, data),
    half: choice(half ?? 'tune', ['tune', 'report'], '--half'),
  };
}
