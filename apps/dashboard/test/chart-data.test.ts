import type { ReadingAggregate } from '@verimeter/api-schema';
import { expect, test } from 'vitest';
import { bucketColumns, mergeBuckets, windowOf } from '../src/lib/chart-data.ts';
import { initialLanguage } from '../src/i18n/language.ts';
import { messagesEn } from '../src/i18n/messages-en.ts';
import { messagesVi } from '../src/i18n/messages-vi.ts';
import { viewPayload } from '../src/lib/payload.ts';

const at = (hour: number): string => new Date(Date.UTC(2026, 10, 23, hour)).toISOString();

function bucket(hour: number, mean: number): ReadingAggregate {
  const numbers = { first: mean, last: mean, min: mean, max: mean, mean, sum: null };
  return { start: at(hour), end: at(hour + 1), ...numbers, count: 4, coverage: 1 };
}

test('a missing bucket becomes a gap', () => {
  const [x, mean] = bucketColumns([bucket(0, 1), bucket(1, 2), bucket(4, 3)], [(one) => one.mean]);
  expect(mean).toEqual([1, 2, null, 3]);
  expect(x.map((second) => (second / 3600) % 24)).toEqual([0.5, 1.5, 3, 4.5]);
});

test('newer buckets replace the one that was still filling', () => {
  const merged = mergeBuckets([bucket(0, 1), bucket(1, 2)], [bucket(1, 5), bucket(2, 6)]);
  expect(merged.map((one) => one.mean)).toEqual([1, 5, 6]);
  expect(mergeBuckets([bucket(0, 1)], [])).toHaveLength(1);
});

test('a range ends with the newest reading, which belongs to it', () => {
  const window = windowOf('24h', '2026-03-10T12:00:00Z', false);
  expect(window).toEqual({
    from: '2026-03-09T12:00:00.000Z',
    to: '2026-03-10T12:00:00.001Z',
    resolution: '15m',
  });
  expect(windowOf('30d', '2026-03-10T12:00:00Z', true).resolution).toBe('1d');
  expect(windowOf('all', '2026-03-10T12:00:00Z', false).from).toBeUndefined();
});

test('the language: remembered, else the first known of the browser, else Vietnamese', () => {
  expect(initialLanguage('en', ['vi-VN'])).toBe('en');
  expect(initialLanguage(null, ['fr-FR', 'en-US', 'vi'])).toBe('en');
  expect(initialLanguage('xx', ['fr-FR'])).toBe('vi');
});

test('no text was left untranslated', () => {
  const same: string[] = [];
  const compare = (left: object, right: object, path: string): void => {
    for (const [name, text] of Object.entries(left)) {
      const other: unknown = Reflect.get(right, name);
      const here = `${path}.${name}`;
      if (typeof text === 'string' && text === other) same.push(here);
      if (typeof text === 'object' && text !== null && typeof other === 'object' && other !== null)
        compare(text, other, here);
    }
  };
  compare(messagesEn, messagesVi, '');
  expect(same).toEqual(['.common.none']);
});

test('a message is shown as text, or as hexadecimal where it is none', () => {
  expect(viewPayload(btoa('{"a":1}'))).toEqual({ text: '{"a":1}', binary: false });
  expect(viewPayload(btoa('\u00FF\u0001'))).toEqual({ text: 'ff 01', binary: true });
  expect(viewPayload(btoa('a\u0000b'))).toEqual({ text: '61 00 62', binary: true });
});
