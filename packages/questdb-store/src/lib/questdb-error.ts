/** QuestDB does not answer, refuses, or does not show what it has accepted. The message says what mends it. */
export class QuestDbError extends Error {
  readonly code = 'questdb';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QuestDbError';
  }
}

const mib = (count: number): string => `${(count / 1_048_576).toFixed(0)} MiB`;

/** So much waits for QuestDB that nothing more is taken. */
export class BacklogError extends Error {
  readonly code = 'questdb_backlog';

  constructor(bytes: number, bound: number) {
    super(
      `${mib(bytes)} of readings wait for QuestDB, no more than ${mib(bound)} may: start QuestDB, or see why it is slow`,
    );
    this.name = 'BacklogError';
  }
}
