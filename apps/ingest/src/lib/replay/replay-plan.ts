import type { OpenPart, QuarantinedEntry } from '@verimeter/registry';
import type { Reject } from '@verimeter/telemetry';
import type { PlannedMessage } from '../plan-batch.ts';
import { storableText } from '../sql-errors.ts';
import { type StagedMessage, stageMessage } from '../staged-message.ts';

/** A message that lies in quarantine: one that is rejected for several reasons has as many entries. */
export interface QuarantinedMessage {
  readonly staged: StagedMessage;
  readonly entries: readonly QuarantinedEntry[];
}

const keyOf = ({
  topic,
  receivedAtUs,
  sha256,
}: Omit<OpenPart, 'id' | 'reason' | 'field'>): string => `${topic} ${receivedAtUs} ${sha256}`;

/** The messages of the entries, each decoded once, as if they came now with the time at which they came. */
export function messagesOf(entries: readonly QuarantinedEntry[]): QuarantinedMessage[] {
  const byMessage = new Map<string, QuarantinedEntry[]>();
  for (const entry of entries) {
    const known = byMessage.get(keyOf(entry));
    if (known === undefined) byMessage.set(keyOf(entry), [entry]);
    else known.push(entry);
  }
  return [...byMessage.values()].flatMap((own): QuarantinedMessage[] => {
    const [first] = own;
    if (first === undefined) return [];
    const staged = stageMessage({
      topic: first.topic,
      payload: first.payload,
      receivedAtUs: first.receivedAtUs,
      qos: 1,
      retain: first.retained,
      dup: false,
      session: 'replay',
      packetId: undefined,
      source: 'replay',
    });
    return [{ staged, entries: own }];
  });
}

function standsFor(part: Pick<OpenPart, 'reason' | 'field'>, reject: Reject): boolean {
  return reject.reason === part.reason && storableText(reject.field) === part.field;
}

/**
 * The entries as they are once their message was replayed: open as long as what they stand for is missing, or something is
 * missing that no other open entry stands for; then they say what.
 */
export function settleEntries(
  { entries }: QuarantinedMessage,
  { rejects }: PlannedMessage,
  open: readonly OpenPart[],
): QuarantinedEntry[] {
  const [first] = entries;
  if (first === undefined) return [];
  const others = open.filter(
    (part) => keyOf(part) === keyOf(first) && !entries.some(({ id }) => id === part.id),
  );
  // Each reject is one entry's: first of those that stand for the same, then of the other open ones, then of whichever is left.
  const missing = [...rejects];
  const take = (part: Pick<OpenPart, 'reason' | 'field'>): Reject | undefined => {
    const index = missing.findIndex((reject) => standsFor(part, reject));
    return index < 0 ? undefined : missing.splice(index, 1)[0];
  };
  const kept = entries.map((entry) => take(entry));
  for (const part of others) take(part);
  return entries.map((entry, k) => {
    const now = kept[k] ?? missing.shift();
    if (now === undefined) return { ...entry, status: 'replayed' };
    const { reason, field, message } = now;
    return {
      ...entry,
      status: 'open',
      reason,
      field: storableText(field),
      message: storableText(message),
    };
  });
}
