import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { findDialect, sourceSettings } from '@verimeter/payload-codecs';
import type { Pool } from '@verimeter/registry';
import { type FoundSource, type Trial, findSource, tryMessage } from '@verimeter/sources';
import { CommandError, UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { say, table, writeLine } from '../output.ts';
import { fileError } from '../whole-file.ts';

const NATIVE = 'verimeter/v1/';

/** `sources test --topic T --payload FILE`: what the payload would be, value by value. Nothing is stored. */
export async function tryPayload(pool: Pool, context: CommandContext): Promise<number> {
  const topic = context.option('topic');
  const file = context.option('payload');
  if (topic === undefined || file === undefined)
    throw new UsageError('sources test needs --topic TOPIC and --payload FILE (- is stdin)');
  const payload = await read(file);
  const receivedAtUs = Date.now() * 1000;
  const message = { topic, payload, receivedAtUs, retain: context.flag('retained') };
  const source = topic.startsWith(NATIVE) ? undefined : await sourceOf(pool, context, topic);
  const trial = tryMessage(message, source);
  const isKept = source !== undefined && context.option('dialect') === undefined;
  if (context.json)
    await writeLine(JSON.stringify({ source: isKept ? source.name : null, ...trial }));
  else await show(trial, isKept ? `source ${source.name}` : source && 'no source, as it comes');
  if (message.retain && !context.json)
    say('(retained: values without a time of their own are what was, and give no reading)');
  return trial.rejects.length > 0 ? 1 : 0;
}

async function sourceOf(pool: Pool, context: CommandContext, topic: string): Promise<FoundSource> {
  const dialect = context.option('dialect');
  if (dialect !== undefined) {
    if (findDialect(dialect) === undefined)
      throw new UsageError(`there is no dialect ${dialect}; verimeter sources dialects lists them`);
    const zone = context.option('zone') ?? context.environment.zone;
    const filter = findDialect(dialect)?.filters[0] ?? topic;
    const settings = sourceSettings({ tenant: context.tenant, name: dialect, filter, zone });
    return { name: dialect, dialect, settings, remembered: new Map() };
  }
  const search = await findSource(pool, context.tenant, topic);
  if (search.kind === 'found') return search.source;
  if (search.kind === 'unusable') throw new CommandError(`source ${search.name}: ${search.why}`);
  const there = search.sources.map(({ name, filter }) => `${name} (${filter})`).join(', ');
  throw new CommandError(
    `no source of tenant ${context.tenant} takes ${topic}; there are: ${there === '' ? 'none' : there}. --dialect D tries a dialect without a source`,
  );
}

async function read(file: string): Promise<Uint8Array> {
  if (file === '-') return buffer(process.stdin);
  try {
    return await readFile(file);
  } catch (error) {
    throw fileError(error, file);
  }
}

async function show(trial: Trial, by = "Verimeter's own topics"): Promise<void> {
  say(`decoded by ${by} (${trial.dialect})`);
  if (trial.readings.length > 0)
    await writeLine(
      table(
        [
          ['DEVICE', 'QUANTITY', 'VALUE', 'UNIT', 'TIME', 'BY', 'QUALITY'],
          ...trial.readings.map((row) => [
            row.device_id,
            row.quantity,
            String(row.value),
            row.unit,
            row.ts,
            row.ts_source,
            row.quality.join(' '),
          ]),
        ],
        new Set([2]),
      ),
    );
  if (trial.events.length > 0)
    await writeLine(
      table([
        ['DEVICE', 'EVENT', 'STATE', 'TIME', 'SAID'],
        ...trial.events.map((row) => [
          row.device_id,
          row.event,
          row.state,
          row.ts,
          row.detail ?? '',
        ]),
      ]),
    );
  for (const { device_id: device, reason, field, message, count } of trial.rejects)
    say(
      `rejected ${count} (${reason})${device === null ? '' : ` of ${device}`}${field === '' ? '' : `, ${field}`}: ${message}`,
    );
  if (trial.unknown_fields.length > 0) say(`unknown fields: ${trial.unknown_fields.join(', ')}`);
  if (trial.readings.length === 0 && trial.events.length === 0 && trial.rejects.length === 0)
    say('the message says nothing that is stored');
}
