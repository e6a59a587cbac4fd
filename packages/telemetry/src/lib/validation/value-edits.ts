import { QUALITY } from './quality-codes.ts';

/**
 * What a person may say of a value: another one counts · one where there is no reading · it is right · it does not count · an edit before is
 * taken back.
 */
export const EDIT_ACTIONS = ['replace', 'fill', 'confirm', 'reject', 'undo'] as const;
export type EditAction = (typeof EDIT_ACTIONS)[number];

/** Edits are made by this method; its version is that of the rules below. */
const EDIT_METHOD = 'manual';
const EDIT_MODEL = 'edit-1';

const CODES: Readonly<Record<EditAction, string>> = {
  replace: QUALITY.edited,
  fill: QUALITY.added,
  confirm: QUALITY.accepted,
  reject: QUALITY.rejected,
  undo: QUALITY.edited,
};

/** A version of the value at an instant, as it is kept. */
export interface KeptVersion {
  readonly version: number;
  readonly value: number;
  readonly code: string;
  readonly method: string;
  readonly model: string;
  readonly rulesVersion: number;
  /** null: computed. */
  readonly action: EditAction | null;
  readonly editedBy: string | null;
  readonly reason: string | null;
  /** A person's word: no estimate takes its place. */
  readonly pinned: boolean;
  /** The version in force before; null: the reading, or nothing. */
  readonly replaces: number | null;
  readonly undoes: number | null;
  readonly inForce: boolean;
}

export interface ValueEdit {
  readonly action: EditAction;
  /** Of `replace` and `fill`. */
  readonly value?: number | undefined;
  /** Of `undo`: which edit. Of others: the version that the person saw in force, 0 for the reading; undefined: whatever is. */
  readonly version?: number | undefined;
  readonly editedBy: string;
  readonly reason: string;
}

/**
 * `no_value`: there is nothing to judge or replace · `has_reading`: nothing is missing · `changed`: another version is in force ·
 * `not_an_edit` · `in_future`: no reading could be there.
 */
export type EditRefusal = 'no_value' | 'has_reading' | 'changed' | 'not_an_edit' | 'in_future';

const REFUSALS: Readonly<Record<EditRefusal, string>> = {
  no_value: 'There is no value at this instant; fill it.',
  has_reading: 'There is a reading at this instant; replace it.',
  changed:
    'Another version is in force by now; look at the versions of this value and say it again.',
  not_an_edit: 'This version is not an edit; look at the versions of this value for its number.',
  in_future: 'is more than a day ahead; give the time of a value',
};

/** What is wrong, and what to do instead. */
export const editRefusalText = (why: EditRefusal): string => REFUSALS[why];

export type EditDecision =
  | { readonly state: 'made'; readonly version: KeptVersion }
  /** Said before, and in force: nothing is to be done. */
  | { readonly state: 'same'; readonly version: number }
  | { readonly state: 'refused'; readonly why: EditRefusal };

/** What an edit of the value at an instant comes to. `reading`: undefined where there is none; `versions`: all of them. */
export function decideEdit(
  reading: number | undefined,
  versions: readonly KeptVersion[],
  edit: ValueEdit,
): EditDecision {
  const next = versions.reduce((most, { version }) => Math.max(most, version), 0) + 1;
  if (edit.action === 'undo') return decideUndo(reading, versions, edit, next);
  const { action, editedBy, reason } = edit;
  const inForce = versions.find((version) => version.inForce);
  const current = inForce?.value ?? reading;
  const value = action === 'replace' || action === 'fill' ? edit.value : current;
  if (action === 'fill' && reading !== undefined) return { state: 'refused', why: 'has_reading' };
  if ((action !== 'fill' && current === undefined) || value === undefined)
    return { state: 'refused', why: 'no_value' };
  if (
    inForce?.action === action &&
    inForce.value === value &&
    inForce.reason === reason &&
    inForce.editedBy === editedBy
  )
    return { state: 'same', version: inForce.version };
  if (edit.version !== undefined && edit.version !== (inForce?.version ?? 0))
    return { state: 'refused', why: 'changed' };
  return {
    state: 'made',
    version: {
      version: next,
      value,
      code: CODES[action],
      method: EDIT_METHOD,
      model: EDIT_MODEL,
      rulesVersion: 0,
      action,
      editedBy,
      reason,
      pinned: true,
      replaces: inForce?.version ?? null,
      undoes: null,
      inForce: true,
    },
  };
}

/** What was in force before the edit is again: as another version, or nothing beside the reading. */
function decideUndo(
  reading: number | undefined,
  versions: readonly KeptVersion[],
  { version, editedBy, reason }: ValueEdit,
  next: number,
): EditDecision {
  const undone = versions.find(({ undoes }) => undoes !== null && undoes === version);
  if (undone !== undefined) return { state: 'same', version: undone.version };
  const edit = versions.find((one) => one.version === version);
  if (edit === undefined || edit.action === null) return { state: 'refused', why: 'not_an_edit' };
  if (!edit.inForce) return { state: 'refused', why: 'changed' };
  const before = versions.find((one) => one.version === edit.replaces);
  const said = {
    version: next,
    action: 'undo',
    editedBy,
    reason,
    undoes: edit.version,
  } as const;
  return {
    state: 'made',
    version:
      before === undefined
        ? {
            ...said,
            value: reading ?? edit.value,
            code: CODES.undo,
            method: EDIT_METHOD,
            model: EDIT_MODEL,
            rulesVersion: 0,
            pinned: false,
            replaces: null,
            inForce: false,
          }
        : { ...before, ...said, inForce: true },
  };
}
