import { remembered } from '../foreign/remember.ts';
import type { SourceSettings } from '../foreign/source.ts';

const EUI = /^[0-9A-Fa-f]{16}$/;

/** The option of dialects whose devices are told by their EUI. */
export const EUI_OPTION = {
  eui_case:
    'lower (as it comes without this option) or upper: letters of device EUIs in device ids',
} as const;

/** A device EUI as the source writes it. */
export type EuiNames = (eui: string) => string;

/**
 * EUIs are hexadecimal numbers: network servers differ in the case of their letters, so one is chosen. In `settings.devices` either may
 * stand.
 */
export function euiNames({
  devices,
  options,
}: Pick<SourceSettings, 'devices' | 'options'>): EuiNames {
  const written = new Map<string, string>();
  for (const name of Object.keys(devices))
    if (EUI.test(name)) written.set(name.toLowerCase(), name);
  const isUpper = options['eui_case'] === 'upper';
  return remembered((eui) => {
    if (!EUI.test(eui)) return eui;
    const lower = eui.toLowerCase();
    return written.get(lower) ?? (isUpper ? eui.toUpperCase() : lower);
  });
}

/** Whether two names of a device are of one device. */
export function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}
