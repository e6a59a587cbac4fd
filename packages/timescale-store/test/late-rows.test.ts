import { OUTCOME } from '@verimeter/reading-store';
import { batchOf } from '@verimeter/reading-store/contract';
import { describe, expect, test } from 'vitest';
import { lateRowsOf } from '../src/lib/upkeep/late-rows.ts';
import { parseShown } from '../src/lib/upkeep/shown.ts';

const DAY_US = 86_400e6;
const NOW_US = Date.UTC(2026, 10, 28, 12) * 1000;
const day = (channelId: number, tsUs: number): number =>
  channelId * 2 ** 20 + Math.floor(tsUs / DAY_US);

describe('days that a batch changes', () => {
  test('are those of stored rows of more than a day ago, and of rows that arrived a minute ago, each once', () => {
    const late = NOW_US - DAY_US - 1;
    const rows = [
      { channelId: 9, tsUs: late, value: 1, receivedAtUs: NOW_US },
      { channelId: 2, tsUs: late - 40 * DAY_US, value: 1, receivedAtUs: NOW_US },
      { channelId: 9, tsUs: late - 1, value: 1, receivedAtUs: NOW_US },
      { channelId: 9, tsUs: NOW_US - DAY_US, value: 1, receivedAtUs: NOW_US - 60e6 },
      { channelId: 3, tsUs: NOW_US, value: 1, receivedAtUs: NOW_US - 60e6 - 1 },
      { channelId: 4, tsUs: late, value: 1, receivedAtUs: 0 },
      { channelId: 5, tsUs: late, value: 1, receivedAtUs: 0 },
    ];
    const outcomes = new Uint8Array(rows.length).fill(OUTCOME.stored);
    outcomes[5] = OUTCOME.duplicate;
    outcomes[6] = OUTCOME.conflicting;
    expect(lateRowsOf(batchOf(rows), outcomes, NOW_US)).toEqual({
      late: [day(2, late - 40 * DAY_US), day(9, late)],
      stragglers: [day(3, NOW_US)],
    });
  });
});

test('a name says which transactions were open, and since there is a time in it also when', () => {
  expect(parseShown('815@1795867200000000')).toEqual({ xid: '815', atUs: 1_795_867_200_000_000 });
  expect(parseShown('815')).toEqual({ xid: '815', atUs: undefined });
});
