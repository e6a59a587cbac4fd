import { describe, expect, test } from 'vitest';
import { evidenceText, negotiateLanguage } from '../src/index.ts';
import { EVIDENCE_TEMPLATES } from '../src/lib/evidence-templates.ts';

const placeholders = (template: string): string[] =>
  [...template.matchAll(/\{[^}]*\}/g)].map(([placeholder]) => placeholder).toSorted();

describe('sentences', () => {
  test.each(Object.entries(EVIDENCE_TEMPLATES))(
    '%s says the same facts in both languages, in a form that is known',
    (_code, { en, vi }) => {
      expect(placeholders(vi)).toEqual(placeholders(en));
      expect(vi).not.toBe(en);
      // a word goes with a number before it; Vietnamese has one form
      expect(en).not.toMatch(/^[^{]*\[/);
      expect(en.replaceAll(/\[[^[\]|]+\|[^[\]|]+\]/g, '')).not.toMatch(/[[\]]|\(s\)/);
      expect(vi).not.toMatch(/[[\]]/);
      for (const placeholder of placeholders(en))
        expect(placeholder).toMatch(/^\{\w+(\|(percent|signed|whole))?\}$/);
    },
  );

  test('ratios are shown in percent, numbers in the way of the language', () => {
    const values = { days: 1234.4, mean_watts: 250 };
    expect(evidenceText('register_frozen', values, 'en')).toContain('1,234 days');
    expect(evidenceText('register_frozen', values, 'vi')).toContain('1.234 ngày');
    expect(evidenceText('loss', { share: 0.0312 }, 'en')).toContain('3.12 %');
    expect(evidenceText('loss', { share: 0.0312 }, 'vi')).toContain('3,12 %');
    expect(evidenceText('constant', { size: 0.031, start_day: 0 }, 'en')).toContain('+3.1 %');
    expect(evidenceText('constant', { size: -0.031, start_day: 0 }, 'en')).toContain('\u22123.1 %');
    expect(evidenceText('constant', { size: -0.031 }, 'vi')).toContain('\u22123,1 %');
    expect(evidenceText('read_apart', { minutes: -12 }, 'en')).toContain('\u221212 minutes');
    // what rounds to nothing has no sign
    expect(evidenceText('constant', { size: -0.00001 }, 'en')).toContain('error of 0 %');
    expect(evidenceText('read_apart', { minutes: -0.2 }, 'en')).toContain('about 0 minutes');
  });

  test.each([
    [1, '1 reference station;'],
    [2, '2 reference stations;'],
    [0, '0 reference stations;'],
  ])('words go with the number before them: %i', (references, expected) => {
    const values = { neighbours: 1, references, data_sd: 0.01 };
    const text = evidenceText('sensor_compared', values, 'en');
    expect(text).toContain(`1 neighbour and ${expected}`);
    expect(evidenceText('sensor_compared', values, 'vi')).toContain(`${references} trạm chuẩn`);
  });

  test('the word goes with the number as it is shown', () => {
    for (const [count, times] of [
      [0.8, '1 time'],
      [1.2, '1 time'],
      [1.6, '2 times'],
    ] as const)
      expect(evidenceText('event_tamper', { count, at: 'x' }, 'en')).toContain(`, ${times} in 30`);
    expect(evidenceText('read_apart', { minutes: -1 }, 'en')).toContain('\u22121 minute later');
    const run = { days: 9, usual: 1.0004, mean_watts: 1 };
    expect(evidenceText('zero_run', run, 'en')).toContain('1 day is exceeded');
  });

  test('unknown codes and missing facts give the code', () => {
    expect(evidenceText('from_tomorrow', { x: 1 }, 'en')).toBe('from_tomorrow');
    expect(evidenceText('toString', {}, 'en')).toBe('toString');
    expect(evidenceText('loss', {}, 'en')).toBe('loss');
    expect(evidenceText('loss', { share: null }, 'vi')).toBe('loss');
  });
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['vi', 'vi'],
  ['vi-VN,vi;q=0.9,en;q=0.8', 'vi'],
  ['en-US,en;q=0.9,vi;q=0.8', 'en'],
  ['fr, vi;q=0.5, en;q=0.4', 'vi'],
  ['vi;q=0, en;q=0.1', 'en'],
  ['vi;q=0', 'en'],
  ['*', 'en'],
  ['fr', 'en'],
])('Accept-Language %s is answered in %s', (header, language) => {
  expect(negotiateLanguage(header)).toBe(language);
});
