import { expect, test } from 'vitest';
import { evidenceText } from '../src/index.ts';

test('an instant is shown as the date it was where the reader is', () => {
  const values = { days: 20, since: '2026-11-08T20:00:00.000Z', probability: 0.2 };
  expect(evidenceText('water_quiet', values, 'en', 'Asia/Ho_Chi_Minh')).toContain('Nov 9, 2026');
  expect(evidenceText('water_quiet', values, 'en')).toContain('Nov 8, 2026');
  expect(evidenceText('water_quiet', values, 'vi', 'Asia/Ho_Chi_Minh')).toContain('9 thg 11, 2026');
});
