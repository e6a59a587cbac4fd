import { share, type Share } from './measures.ts';

export interface ListScore {
  readonly recall: Share;
  readonly precision: Share;
  /** Healthy meters on the list. */
  readonly falseAlarms: Share;
}

/** Recall counts every drifted meter: an abstention is a miss. */
export function listScore<T extends { readonly drifted: boolean }>(
  rows: readonly T[],
  onList: (row: T) => boolean,
): ListScore {
  const listed = rows.filter(onList);
  const correct = listed.filter(({ drifted }) => drifted).length;
  const drifted = rows.filter((row) => row.drifted).length;
  return {
    recall: share(correct, drifted),
    precision: share(correct, listed.length),
    falseAlarms: share(listed.length - correct, rows.length - drifted),
  };
}
