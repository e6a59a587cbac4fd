import type { OpenPart, QuarantinedEntry } from '@verimeter/registry';
import type { Reject } from '@verimeter/telemetry';
import type { PlannedMessage } from '../plan-batch.ts';
import { storableText } from '../sql-errors.ts';
import { type Sources, type StagedMessage, stageMessage, undecoded } from '../staged-message.ts';

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

/**
 * The messages of the entries, each decoded once, as if they came now with the time at which they came. Of a message about several devices the
 * parts whose devices the entries name. `tenant`: whose entries they are.
 */
export function messagesOf(
  entries: readonly QuarantinedEntry[],
  sources: Sources,
  tenant: string,
): QuarantinedMessage[] {
  const byMessage = new Map<string, QuarantinedEntry[]>();
  for (const entry of entries) {
    const known = byMessage.get(keyOf(entry));
    if (known === undefined) byMessage.set(keyOf(entry), [entry]);
    else known.push(entry);
  }
  return [...byMessage.values()].flatMap((own): QuarantinedMessage[] => {
    const [first] = own;
    if (first === undefined) return [];
    const parts = stageMessage(
      {
        topic: first.topic,
        payload: first.payload,
        receivedAtUs: first.receivedAtUs,
        qos: 1,
        retain: first.retained,
        dup: false,
        session: 'replay',
        packetId: undefined,
        source: 'replay',
      },
      sources,
    );
    const [part] = parts;
    // A message of a device of one tenant never becomes another's, whoever has its topics now.
    const isForeign = parts.some(
      ({ decoded }) => decoded.source !== undefined && decoded.tenant !== tenant,
    );
    if (part !== undefined && isForeign) {
      const why = undecoded('topic_mismatch', 'no source of yours takes this topic any more');
      return [{ staged: { ...part, decoded: { ...why, tenant } }, entries: own }];
    }
    return partsOf(own, parts);
  });
}

/**
 * The parts with their entries. An entry whose device the message does not name any more (it has another name now) goes with a part that no other
 * entry is of, else with the first.
 */
function partsOf(
  entries: readonly QuarantinedEntry[],
  parts: readonly StagedMessage[],
): QuarantinedMessage[] {
  if (parts.length === 1) return parts.map((staged) => ({ staged, entries }));
  const own = new Map<StagedMessage, QuarantinedEntry[]>();
  const give = (part: StagedMessage, entry: QuarantinedEntry): void => {
    const known = own.get(part);
    if (known === undefined) own.set(part, [entry]);
    else known.push(entry);
  };
  const left = entries.filter((entry) => {
    const part = parts.find(({ decoded }) => (decoded.deviceId ?? null) === entry.deviceId);
    if (part !== undefined) give(part, entry);
    return part === undefined;
  });
  const renamed = Map.groupBy(left, ({ deviceId }) => deviceId);
  const [first] = parts;
  for (const group of renamed.values()) {
    const part = parts.find((one) => !own.has(one)) ?? first;
    if (part !== undefined) for (const entry of group) give(part, entry);
  }
  return [...own].map(([staged, ofPart]) => ({ staged, entries: ofPart }));
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
