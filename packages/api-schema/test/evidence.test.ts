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
    expect(evidenceText('constant', { size: -0.031, start_day: 0 }, 'en')).toContain('-3.1 %');
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
