/** Writes to stdout; resolves when the reader has taken it, so that a slow pipe holds the writer back. */
export function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error == null ? resolve() : reject(error)));
  });
}

export const writeLine = (text: string): Promise<void> => write(`${text}\n`);

/** A line for the person at the terminal, on stderr: stdout holds results only. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A table with columns as wide as needed; numbers (right-aligned) are given in `right`. */
export function table(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          right.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
