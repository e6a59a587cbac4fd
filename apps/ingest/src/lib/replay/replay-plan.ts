import type { OpenPart, QuarantinedEntry } from '@verimeter/registry';
import type { Reject } from '@verimeter/telemetry';
import type { BatchPlan, PlannedMessage } from '../plan-batch.ts';
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

/** A replay accounts for what it stores or finds stored; what is still missing was counted when it came. */
export function withoutRejects(plan: BatchPlan): BatchPlan {
  return {
    ...plan,
    messages: plan.messages.map((planned) => ({
      ...planned,
      rejects: [],
      received: planned.rows,
      ignored: 0,
    })),
  };
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
  const missing = rejects.filter((reject) => !others.some((part) => standsFor(part, reject)));
  const kept = new Map(
    entries.map((entry) => [entry.id, missing.findIndex((reject) => standsFor(entry, reject))]),
  );
  const told = new Set(kept.values());
  const left = missing.filter((_, k) => !told.has(k));
  return entries.map((entry) => {
    const index = kept.get(entry.id) ?? -1;
    const now = index < 0 ? left.shift() : missing[index];
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
