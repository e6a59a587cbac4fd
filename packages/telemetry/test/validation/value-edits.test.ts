import { describe, expect, test } from 'vitest';
import { decideEdit, type EditAction, type KeptVersion, type ValueEdit } from '../../src/index.ts';

const edit = (action: EditAction, more: Partial<ValueEdit> = {}): ValueEdit => ({
  action,
  editedBy: 'k_1',
  reason: 'photo of the meter',
  ...more,
});
const ESTIMATE: KeptVersion = {
  version: 1,
  value: 14,
  code: '3.8.0',
  method: 'linear',
  model: 'm',
  rulesVersion: 3,
  action: null,
  editedBy: null,
  reason: null,
  pinned: false,
  replaces: null,
  undoes: null,
  inForce: true,
};

/** Versions after some edits, one after the other. */
function after(
  reading: number | undefined,
  edits: readonly ValueEdit[],
  first: readonly KeptVersion[] = [],
): KeptVersion[] {
  let versions = [...first];
  for (const one of edits) {
    const decision = decideEdit(reading, versions, one);
    if (decision.state !== 'made') throw new Error(`${one.action}: ${JSON.stringify(decision)}`);
    versions = [...versions.map((version) => ({ ...version, inForce: false })), decision.version];
  }
  return versions;
}

test.each([
  ['replace', '3.7.0', 15],
  ['confirm', '3.10.1', 10],
  ['reject', '3.7.3', 10],
] as const)('%s of a reading', (action, code, value) => {
  const [made] = after(10, [edit(action, action === 'replace' ? { value: 15 } : {})]);
  expect(made).toMatchObject({ version: 1, value, code, pinned: true, replaces: null });
});

test('a missing value is filled, beside its estimate', () => {
  expect(after(undefined, [edit('fill', { value: 3 })])[0]).toMatchObject({ code: '3.7.1' });
  expect(after(undefined, [edit('fill', { value: 3 })], [ESTIMATE])[1]).toMatchObject({
    version: 2,
    value: 3,
    replaces: 1,
  });
  // an estimate may be confirmed or rejected, or be replaced
  expect(after(undefined, [edit('confirm')], [ESTIMATE])[1]).toMatchObject({ value: 14 });
});

test.each([
  ['fill', 10, 'has_reading'],
  ['replace', undefined, 'no_value'],
  ['confirm', undefined, 'no_value'],
  ['reject', undefined, 'no_value'],
] as const)('%s where the reading is %s: %s', (action, reading, why) => {
  expect(decideEdit(reading, [], edit(action, { value: 1 }))).toEqual({ state: 'refused', why });
});

test('the same edit again changes nothing; another reason or person is another version', () => {
  const said = edit('replace', { value: 15 });
  const versions = after(10, [said]);
  expect(decideEdit(10, versions, said)).toEqual({ state: 'same', version: 1 });
  for (const other of [{ reason: 'r' }, { editedBy: 'k_2' }, { value: 16 }])
    expect(decideEdit(10, versions, { ...said, ...other }).state).toBe('made');
});

test('who saw another version than is in force is told', () => {
  const versions = after(10, [edit('replace', { value: 15 })]);
  const of = (version: number) =>
    decideEdit(10, versions, edit('reject', { version, reason: 'other' }));
  expect(of(0)).toEqual({ state: 'refused', why: 'changed' });
  expect(of(1).state).toBe('made');
  // a retry of the edit that made it is no change
  expect(decideEdit(10, versions, edit('replace', { value: 15, version: 0 }))).toEqual({
    state: 'same',
    version: 1,
  });
});

const undo = (version: number): ValueEdit => edit('undo', { version, reason: 'wrong meter' });

describe('undo', () => {
  test('of the first edit leaves the reading alone', () => {
    const versions = after(10, [edit('replace', { value: 15 }), undo(1)]);
    expect(versions.at(-1)).toMatchObject({ version: 2, value: 10, undoes: 1, inForce: false });
    // then there is nothing to undo any more, and a later edit starts from the reading
    expect(decideEdit(10, versions, undo(2))).toEqual({ state: 'refused', why: 'changed' });
    expect(decideEdit(10, versions, edit('confirm'))).toMatchObject({
      version: { version: 3, value: 10, replaces: null },
    });
  });

  test('brings back what was before: an estimate, which validation may change, or an edit, which it may not', () => {
    const estimated = after(undefined, [edit('fill', { value: 3 }), undo(2)], [ESTIMATE]);
    expect(estimated.at(-1)).toMatchObject({
      version: 3,
      value: 14,
      code: '3.8.0',
      method: 'linear',
      rulesVersion: 3,
      action: 'undo',
      pinned: false,
      inForce: true,
    });
    const twice = after(10, [
      edit('replace', { value: 15 }),
      edit('reject'),
      undo(2),
      edit('undo', { version: 3 }),
    ]);
    expect(twice[2]).toMatchObject({ value: 15, code: '3.7.0', pinned: true, inForce: false });
    expect(twice[3]).toMatchObject({ value: 10, undoes: 3, inForce: false });
  });

  test('again is the same; of what is no edit, or no longer in force, it is refused', () => {
    const versions = after(10, [edit('replace', { value: 15 }), undo(1)]);
    expect(decideEdit(10, versions, undo(1))).toEqual({ state: 'same', version: 2 });
    expect(decideEdit(undefined, [ESTIMATE], undo(1))).toEqual({
      state: 'refused',
      why: 'not_an_edit',
    });
    expect(decideEdit(10, [], undo(7))).toEqual({ state: 'refused', why: 'not_an_edit' });
    const covered = after(10, [edit('replace', { value: 15 }), edit('reject')]);
    expect(decideEdit(10, covered, undo(1))).toEqual({ state: 'refused', why: 'changed' });
  });
});
