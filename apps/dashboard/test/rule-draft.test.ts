import { RULE_SETS } from '@verimeter/metrology';
import { expect, test } from 'vitest';
import { citationVi, ruleNotesVi } from '../src/i18n/rule-notes-vi.ts';
import { draftInPlaceOf, draftOfRule, readRule, rowOf } from '../src/lib/rule-draft.ts';

const rows = Object.values(RULE_SETS).flatMap((rules) => rules.map(rowOf));

test('every built-in rule keeps what it says when a rule of the tenant stands in its place', () => {
  for (const row of rows.filter(({ basis }) => basis !== 'not_read')) {
    const { input, problems } = readRule({
      ...draftInPlaceOf(row),
      source: row.source,
      isConfirmed: true,
    });
    expect(problems).toEqual([]);
    const { id: _id, other_months: _other, replaced_by: _by, ...said } = row;
    const { entered_by: _who, entered_at: _when, note: _note, ...kept } = said;
    expect(input).toMatchObject({ ...kept, status: 'confirmed', replaces: row.id });
  }
});

test('a row that was not read needs the cycle and the text it is from', () => {
  const row = rows.find(({ id }) => id === 'vn-electricity-electronic');
  if (row === undefined) throw new Error('the rule is gone');
  expect(readRule(draftInPlaceOf(row)).problems).toEqual([
    { field: 'source', code: 'required' },
    { field: 'months', code: 'monthsProblem' },
  ]);
  // Under the id of the built-in rule itself it cannot be kept.
  expect(readRule(draftOfRule(row)).problems).toContainEqual({ field: 'id', code: 'idProblem' });
});

test('every note of the Vietnamese rules is there in Vietnamese, and citations hold no English', () => {
  const noted = RULE_SETS.VN.filter(({ note }) => note !== undefined).map(({ id }) => id);
  expect(Object.keys(ruleNotesVi).toSorted()).toEqual(noted.toSorted());
  const english = RULE_SETS.VN.map(({ source }) => citationVi(source)).filter((text) =>
    /\b(?:Art|items?|table|text|not|read|official)\b/.test(text),
  );
  expect(english).toEqual([]);
});
