import { DEFAULT_LIMIT } from '@verimeter/api-schema';
import type { z } from 'zod';
import { type CursorScope, decodeCursor, encodeCursor } from './cursor.ts';

type Position = Parameters<typeof encodeCursor>[1];

export interface Page<After> {
  readonly limit: number;
  /** Where the previous page ended; undefined on the first. */
  readonly after: After | undefined;
  /** The page of at most `limit` of the `limit + 1` rows asked for. */
  of<Row, Item>(
    rows: readonly Row[],
    toItem: (row: Row) => Item,
    position: (row: Row) => Position,
  ): { items: Item[]; next_cursor: string | null };
  /** The cursor of a page that ends there. */
  cursorAfter(position: Position): string;
}

/** The page a list query asks for. @throws {ProblemError} `invalid_cursor` */
export function pageOf<Schema extends z.ZodType>(
  scope: { readonly list: string; readonly tenant: string },
  query: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
  schema: Schema,
): Page<z.output<Schema>> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  const cursorScope: CursorScope = { ...scope, filters: { ...query } };
  return {
    limit,
    after: query.cursor === undefined ? undefined : decodeCursor(cursorScope, query.cursor, schema),
    of(rows, toItem, position) {
      const kept = rows.slice(0, limit);
      const last = rows.length > limit ? kept.at(-1) : undefined;
      return {
        items: kept.map((row) => toItem(row)),
        next_cursor: last === undefined ? null : encodeCursor(cursorScope, position(last)),
      };
    },
    cursorAfter: (position) => encodeCursor(cursorScope, position),
  };
}
