import type { VerificationInputItem, VerificationItem } from '@verimeter/api-schema';
import { type UsualTestPoints, VERIFICATION_KINDS, isCalendarDate } from '@verimeter/metrology';
import { decimalText, parseDecimal, percentText, ratioOfPercent } from './decimal.ts';
import { readValidity } from './legal-day.ts';

type Input = VerificationInputItem;
type Point = Input['points'][number];

/** A test point while it is being written, in percent. */
export interface PointDraft {
  /** Tells rows apart while they come and go. */
  readonly key: string;
  readonly name: string;
  readonly error: string;
  readonly uncertainty: string;
  readonly k: string;
  readonly limit: string;
  /** What has no field of its own and stays as it is. */
  readonly kept: Pick<Point, 'pass' | 'load' | 'power_factor' | 'flow' | 'as_found'>;
}

/** A record while it is being written: everything as text, so that half a number can stand in a field. */
export interface VerificationDraft {
  readonly kind: string;
  readonly verifiedOn: string;
  readonly result: string;
  readonly asFound: string;
  readonly mark: string;
  readonly certificateNo: string;
  readonly sealNo: string;
  readonly sealYear: string;
  readonly validUntil: string;
  readonly procedure: string;
  readonly body: string;
  readonly serial: string;
  readonly verifiedBy: string;
  readonly checkedBy: string;
  readonly temperature: string;
  readonly humidity: string;
  readonly pressure: string;
  readonly note: string;
  readonly points: readonly PointDraft[];
  readonly standards: Input['standards'];
}

export type DraftProblemCode =
  | 'required'
  | 'number'
  | 'negative'
  | 'day'
  | 'future'
  | 'validity'
  | 'beforeVerified'
  | 'year'
  | 'twice';
interface DraftProblem {
  /** As the API names it; points by their place in the draft. */
  readonly field: string;
  readonly code: DraftProblemCode;
}

const NOTHING_KEPT: PointDraft['kept'] = {
  pass: null,
  load: null,
  power_factor: null,
  flow: null,
  as_found: null,
};

let rows = 0;
const newKey = (): string => {
  rows += 1;
  return `row ${rows}`;
};

export const emptyPoint = (): PointDraft => ({
  key: newKey(),
  name: '',
  error: '',
  uncertainty: '',
  k: '2',
  limit: '',
  kept: NOTHING_KEPT,
});

/** A new record on a day, with the points at which the device is usually tested. */
export function newVerification(
  today: string,
  usual: UsualTestPoints,
  decimalComma: boolean,
): VerificationDraft {
  return {
    kind: 'periodic',
    verifiedOn: today,
    result: '',
    asFound: 'true',
    mark: '',
    certificateNo: '',
    sealNo: '',
    sealYear: '',
    validUntil: '',
    procedure: '',
    body: '',
    serial: '',
    verifiedBy: '',
    checkedBy: '',
    temperature: '',
    humidity: '',
    pressure: '',
    note: '',
    standards: [],
    points: usual.points.map(({ testPoint, limit, load, powerFactor }) => ({
      ...emptyPoint(),
      name: testPoint,
      limit: percentText(limit ?? null, decimalComma),
      kept: { ...NOTHING_KEPT, load: load ?? null, power_factor: powerFactor ?? null },
    })),
  };
}

/** A record that is to be corrected. */
export function draftOfVerification(
  item: VerificationItem,
  decimalComma: boolean,
): VerificationDraft {
  return {
    kind: item.kind ?? '',
    verifiedOn: item.verified_on,
    result: item.result,
    asFound: item.as_found === null ? '' : String(item.as_found),
    mark: item.mark ?? '',
    certificateNo: item.certificate_no,
    sealNo: item.seal_no ?? '',
    sealYear: item.seal_year === null ? '' : String(item.seal_year),
    validUntil: (item.valid_until ?? '').split('-').toReversed().join('/'),
    procedure: item.procedure ?? '',
    body: item.body ?? '',
    serial: item.serial ?? '',
    verifiedBy: item.verified_by ?? '',
    checkedBy: item.checked_by ?? '',
    temperature: decimalText(item.ambient?.temperature_cel ?? null, decimalComma),
    humidity: decimalText(item.ambient?.humidity_percent ?? null, decimalComma),
    pressure: decimalText(item.ambient?.pressure_hpa ?? null, decimalComma),
    note: item.note ?? '',
    standards: item.standards,
    points: item.points.map((point) => ({
      key: newKey(),
      name: point.test_point,
      error: percentText(point.error, decimalComma),
      uncertainty: percentText(point.expanded_uncertainty, decimalComma),
      k: decimalText(point.coverage_factor, decimalComma),
      limit: percentText(point.limit, decimalComma),
      kept: {
        pass: point.pass,
        load: point.load,
        power_factor: point.power_factor,
        flow: point.flow,
        as_found: item.as_found === null ? point.as_found : null,
      },
    })),
  };
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** Whether somebody measured at a point: one of the usual points that nobody measured at is left out. */
const isMeasured = ({ error, uncertainty }: PointDraft): boolean =>
  error.trim() !== '' || uncertainty.trim() !== '';

export interface ReadVerification {
  /** As far as it can be read. */
  readonly input: Input;
  readonly problems: readonly DraftProblem[];
  /** For each point that is sent its place in the draft. */
  readonly places: readonly number[];
}

/** The record for the API, and what of it cannot be read. */
export function readVerification(
  draft: VerificationDraft,
  deviceId: string,
  today: string,
): ReadVerification {
  const problems: DraftProblem[] = [];
  const wrong = (field: string, code: DraftProblemCode): void => {
    problems.push({ field, code });
  };
  const number = (field: string, text: string, least = -Infinity): number | null => {
    if (text.trim() === '') return null;
    const value = parseDecimal(text);
    if (value === undefined) wrong(field, 'number');
    else if (value < least) wrong(field, 'negative');
    return value ?? null;
  };
  const percent = (field: string, text: string, least?: number): number | null => {
    const value = number(field, text, least);
    return value === null ? null : ratioOfPercent(value);
  };
  if (!isCalendarDate(draft.verifiedOn)) wrong('verified_on', 'day');
  else if (draft.verifiedOn > today) wrong('verified_on', 'future');
  if (draft.result === '') wrong('result', 'required');
  const validUntil = draft.validUntil.trim() === '' ? null : readValidity(draft.validUntil);
  if (validUntil === undefined) wrong('valid_until', 'validity');
  else if (validUntil !== null && validUntil < draft.verifiedOn.slice(0, validUntil.length))
    wrong('valid_until', 'beforeVerified');
  const sealYear = orNull(draft.sealYear);
  if (sealYear !== null && !/^(?:19|20|21)\d{2}$/.test(sealYear)) wrong('seal_year', 'year');
  const places: number[] = [];
  const points: Point[] = [];
  const names = new Set<string>();
  for (const [place, point] of draft.points.entries()) {
    const at = (field: string): string => `points.${place}.${field}`;
    if (!isMeasured(point)) continue;
    const name = point.name.trim();
    if (name === '') wrong(at('test_point'), 'required');
    else if (names.has(name)) wrong(at('test_point'), 'twice');
    names.add(name);
    places.push(place);
    points.push({
      test_point: name,
      error: percent(at('error'), point.error),
      expanded_uncertainty: percent(at('expanded_uncertainty'), point.uncertainty, 0),
      coverage_factor: number(at('coverage_factor'), point.k, 0.1),
      limit: percent(at('limit'), point.limit, 0),
      ...point.kept,
    });
  }
  const ambient = {
    temperature_cel: number('ambient.temperature_cel', draft.temperature),
    humidity_percent: number('ambient.humidity_percent', draft.humidity, 0),
    pressure_hpa: number('ambient.pressure_hpa', draft.pressure, 0),
  };
  const input: Input = {
    device_id: deviceId,
    verified_on: draft.verifiedOn,
    kind: VERIFICATION_KINDS.find((kind) => kind === draft.kind) ?? null,
    result: draft.result === 'fail' ? 'fail' : 'pass',
    valid_until: validUntil ?? null,
    mark: MARKS.find((mark) => mark === draft.mark) ?? null,
    certificate_no: draft.certificateNo.trim(),
    seal_no: orNull(draft.sealNo),
    seal_year: sealYear === null ? null : Number(sealYear),
    body: orNull(draft.body),
    procedure: orNull(draft.procedure),
    serial: orNull(draft.serial),
    as_found: draft.asFound === '' ? null : draft.asFound === 'true',
    standards: draft.standards,
    ambient: Object.values(ambient).some((value) => value !== null) ? ambient : null,
    verified_by: orNull(draft.verifiedBy),
    checked_by: orNull(draft.checkedBy),
    note: orNull(draft.note),
    points,
  };
  return { input, problems, places };
}

/** As the API has them; a value of them keeps its validator out of the browser. */
export const MARKS = ['certificate', 'sticker', 'mark_type_1', 'mark_type_2'] as const;

/** The field of the form that a problem of the API belongs to. */
export function placeOfProblem(field: string, places: readonly number[]): string {
  const own = field.replace(/^verification\./, '');
  const [, index, rest] = /^points\.(\d+)\.(.+)$/.exec(own) ?? [];
  if (index === undefined) return own;
  return `points.${places[Number(index)] ?? index}.${rest ?? ''}`;
}
