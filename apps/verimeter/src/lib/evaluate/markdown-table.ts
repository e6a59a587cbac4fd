import type { Rows } from './metrics-rows.ts';

/** Columns as wide as their widest cell, as the formatter of the repository wants them. */
export function markdownTable(rows: Rows): string {
  const cells = rows.map((row) => row.map((text) => text.replaceAll('|', '\\|')));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const [head = [], ...body] = cells.map((row) =>
    row.map((text, column) => text.padEnd(widths[column] ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
