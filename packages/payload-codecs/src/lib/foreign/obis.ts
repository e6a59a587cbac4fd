import { type JsonValue, printable } from '../json.ts';
import { decimalSum } from './decimals.ts';
import type { DeviceFindings } from './device-findings.ts';
import { numberOf } from './numbers.ts';
import { remembered } from './remember.ts';
import type { PointTime } from './times.ts';

/*
 * key = A "-" B ":" C "." D "." E [ ( "." / "*" ) F ] [ "_" class "," version "_" attribute ] ; IEC 62056-61 and the COSEM class behind it
 */
const KEY =
  /^(\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3})(?:[.*](\d{1,3}))?(?:_\d{1,5}(?:,\d{1,3})?(?:_(\d{1,3}))?)?$/;
/** F of the current value; 0 to 99 are those of past billing periods. */
const CURRENT = '255';
/** Attribute of a register that holds its value; others hold its unit and its time. */
const VALUE = '2';

/** Longer than any key of the grammar. */
const LONGEST_KEY = 64;

/** A-B:C.D.E of a key (NA-01); undefined: the key is none, or not that of a current value. */
export const obisOf = (key: string): string | undefined =>
  (key.length > LONGEST_KEY ? '' : codeOf(key)) || undefined;

/** Empty: no code. */
const codeOf = remembered((key) => {
  const match = KEY.exec(key);
  if (match === null) return '';
  const [, code, period = CURRENT, attribute = VALUE] = match;
  return period === CURRENT && attribute === VALUE ? (code ?? '') : '';
});

/** One of two unsigned fields of a power. */
export interface PowerField {
  readonly raw: JsonValue | undefined;
  readonly unit: string;
  readonly field: string;
}

/**
 * Power that comes as two unsigned fields: import minus export. A field that is not there leaves the other one as it is, but an export of
 * nothing does not say that nothing is imported.
 */
export function netPower(
  device: DeviceFindings,
  imported: PowerField | undefined,
  exported: PowerField | undefined,
  time: PointTime,
  flags = 0,
): void {
  const importNow = numberOf(imported?.raw);
  const exportNow = numberOf(exported?.raw);
  const bad =
    imported !== undefined && importNow === undefined
      ? imported
      : exported !== undefined && exportNow === undefined
        ? exported
        : undefined;
  if (bad !== undefined) device.point('active_power', bad.raw, bad.unit, time, bad.field, flags);
  else if (imported === undefined || importNow === undefined) {
    if (exported === undefined || exportNow === undefined) return;
    if (exportNow === 0) device.hasMissing = true;
    else device.point('active_power', -exportNow, exported.unit, time, exported.field, flags);
  } else if (exported === undefined || exportNow === undefined)
    device.point('active_power', importNow, imported.unit, time, imported.field, flags);
  else if (exported.unit === imported.unit) {
    const net = exportNow === 0 ? importNow : decimalSum([importNow, -exportNow]);
    device.point('active_power', net, imported.unit, time, imported.field, flags);
  } else {
    const message = `${imported.field} is in ${printable(imported.unit)}, ${exported.field} in ${printable(exported.unit)}`;
    device.reject('bad_unit', exported.field, message);
  }
}
