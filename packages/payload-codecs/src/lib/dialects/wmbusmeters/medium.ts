import type { DeviceKind } from '@verimeter/telemetry';
import { remembered } from '../../foreign/remember.ts';
import type { DeviceClass } from '../../foreign/source.ts';

/** What the fields of a telegram are about; `uncounted`: what Verimeter has no quantity for. */
export type Medium = 'electricity' | 'water' | 'heat' | 'environment' | 'pressure' | 'uncounted';

const MEDIA: Readonly<Record<string, Medium>> = {
  electricity: 'electricity',
  water: 'water',
  'cold water': 'water',
  'warm water': 'water',
  'hot water': 'water',
  'hot and cold water': 'water',
  'dual water': 'water',
  heat: 'heat',
  'heat volume at inlet': 'heat',
  'heat volume at outlet': 'heat',
  'heat/cooling load': 'heat',
  'cooling load volume at inlet': 'uncounted', // WH-02: its energy is cold
  'cooling load volume at outlet': 'uncounted',
  'heat cost allocation': 'uncounted', // WH-06: units without a unit
  gas: 'uncounted', // WW-01
  'room sensor': 'environment',
  'smoke detector': 'environment',
  pressure: 'pressure',
};

/** What a device of a medium is, also where its telegram has no register: a pressure gauge, a smoke detector. */
export const KIND_OF_MEDIUM: Readonly<Record<Medium, DeviceKind | undefined>> = {
  electricity: 'electricity_meter',
  water: 'water_meter',
  heat: 'heat_meter',
  environment: 'environment_sensor',
  pressure: 'environment_sensor',
  uncounted: undefined,
};

/**
 * WW-01: the medium of the telegram decides; where that tells nothing, such as `unknown`, `other` or `radio converter (meter side)`, the class
 * that the source has. Undefined: nobody knows.
 */
export function mediumOf(
  media: string | undefined,
  deviceClass: DeviceClass | undefined,
): Medium | undefined {
  return media === undefined ? deviceClass : (ofName(media) ?? deviceClass);
}

const UNTOLD = 'untold';
const ofName = (media: string): Medium | undefined => {
  const known = mediumByName(media);
  return known === UNTOLD ? undefined : known;
};
const mediumByName = remembered((media): Medium | typeof UNTOLD => {
  const name = media.toLowerCase();
  return (Object.hasOwn(MEDIA, name) ? MEDIA[name] : undefined) ?? UNTOLD;
});
