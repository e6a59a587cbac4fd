import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { type SourceInput, sourceInput } from '@verimeter/api-schema';
import { UsageError, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { fileError } from '../whole-file.ts';

type Given = Omit<Partial<SourceInput>, 'settings'> & {
  readonly settings?: Readonly<Record<string, unknown>>;
};

/** The option that says a field of a source. */
const OPTIONS: Readonly<Record<string, string>> = {
  filter: '--filter',
  rank: '--rank',
  provision_kind: '--kind',
  provision_per_day: '--per-day',
  'settings.zone': '--zone',
  'settings.device_class': '--class',
  'settings.phases': '--phases',
  'settings.device_id': '--device-id',
};

/** A source from the options, on top of what `base` has of it. Asks for the topic filter where there is a terminal and nothing says it. */
export async function sourceInputOf(context: CommandContext, base: Given): Promise<SourceInput> {
  const file = context.option('settings');
  const number = (name: string, maximum: number): number | undefined => {
    const text = context.option(name);
    return text === undefined ? undefined : wholeNumber(text, name, 1, maximum);
  };
  refuseBoth(context, 'on', 'off');
  refuseBoth(context, 'provision', 'no-provision');
  const settings = {
    ...base.settings,
    ...(file === undefined ? {} : await readSettings(file)),
    ...present({
      zone: context.option('zone'),
      device_class: context.option('class'),
      phases: number('phases', 3),
      device_id: context.option('device-id'),
      options: optionsOf(context.option('options'), base.settings?.['options']),
    }),
  };
  const kind = context.option('kind');
  const filter = context.option('filter') ?? base.filter ?? (await askForFilter());
  const given = {
    ...base,
    ...present({
      filter,
      rank: number('rank', 10_000),
      provision_kind: kind,
      provision_per_day: number('per-day', 1_000_000),
    }),
    ...(context.flag('off') ? { enabled: false } : {}),
    ...(context.flag('on') ? { enabled: true } : {}),
    ...(context.flag('no-provision') ? { provision: false } : {}),
    ...(context.flag('provision') ? { provision: true } : {}),
    settings,
  };
  const read = sourceInput.safeParse(given);
  if (read.success) return read.data;
  throw new UsageError(
    read.error.issues
      .map(({ path, message }) => {
        const field = path.join('.');
        return `${OPTIONS[field] ?? `--settings: ${field.replace(/^settings\./, '')}`}: ${message}`;
      })
      .join('\n'),
  );
}

function refuseBoth(context: CommandContext, one: string, other: string): void {
  if (context.flag(one) && context.flag(other))
    throw new UsageError(`--${one} and --${other} contradict each other`);
}

const present = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

async function readSettings(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw fileError(error, file);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new UsageError(
      `--settings ${file}: ${error instanceof Error ? error.message : 'not JSON'}`,
    );
  }
  throw new UsageError(`--settings ${file}: must be a JSON object, see docs/sources.md`);
}

/** `a=1,b=true,c=text`, added to those there are. */
function optionsOf(text: string | undefined, base: unknown): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  const options: Record<string, unknown> =
    typeof base === 'object' && base !== null ? { ...base } : {};
  for (const part of text.split(',')) {
    const [, name = '', value = ''] = /^([a-z_]+)=(.*)$/.exec(part.trim()) ?? [];
    if (name === '') throw new UsageError(`--options: ${part} is not NAME=VALUE`);
    options[name] = value === 'true' || value === 'false' ? value === 'true' : numberOrText(value);
  }
  return options;
}

const numberOrText = (value: string): number | string =>
  value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;

async function askForFilter(): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UsageError(
      'this dialect has no topics of its own: --filter FILTER, such as meters/+/data',
    );
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(
      'Topics of these devices (MQTT filter, such as meters/+/data): ',
    );
    return answer.trim();
  } finally {
    asking.close();
  }
}
