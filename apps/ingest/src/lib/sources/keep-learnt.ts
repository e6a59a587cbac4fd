import { type Queryable, type SourceMemory, keepSourceMemory } from '@verimeter/registry';
import type { Sources, StagedMessage } from '../staged-message.ts';

/**
 * Keeps what decoders have learnt from the messages, in the transaction that stores what they say: a message that is delivered again after a crash
 * finds the memory it found before. What is returned is to be called once it is committed.
 */
export async function keepLearnt(
  client: Queryable,
  staged: readonly StagedMessage[],
  sources: Sources,
): Promise<() => void> {
  const last = new Map<string, SourceMemory>();
  for (const { learnt, refusal } of staged) {
    // What the database refuses may be the memory itself.
    if (learnt === undefined || refusal !== undefined) continue;
    for (const one of learnt) last.set(`${one.tenant}/${one.source}/${one.key}`, one);
  }
  if (last.size === 0) return () => undefined;
  const memory = [...last.values()];
  const others = await keepSourceMemory(client, memory, (kept, own) => sources.merge(kept, own));
  return () => {
    sources.kept(memory);
    sources.hear(others);
  };
}
