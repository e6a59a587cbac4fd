import { remembered } from '../../foreign/remember.ts';

/** Number and unit of a value such as `001234.567*kWh`; no number where there is no value. */
export function measured(value: string | undefined): {
  readonly number: string | undefined;
  readonly unit: string;
} {
  if (value === undefined || value === '') return { number: undefined, unit: '' };
  const star = value.indexOf('*');
  if (star < 0) return { number: value, unit: '' };
  const unit = value.slice(star + 1);
  return { number: value.slice(0, star), unit: unit === 'kVArh' ? 'kvarh' : unit };
}

/** An id written as the hexadecimal codes of its characters; as it is where it is not; undefined: none. */
export const idOfHex = (hex: string | undefined): string | undefined =>
  hex === undefined || hex === '' ? undefined : knownId(hex);

/** A meter says its id with every telegram. */
const knownId = remembered(textOfHex);

function textOfHex(hex: string): string | undefined {
  if (hex.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(hex)) return hex;
  let text = '';
  for (let index = 0; index < hex.length; index += 2) {
    const code = Number.parseInt(hex.slice(index, index + 2), 16);
    if (code === 0 && index + 2 === hex.length) break;
    if (code < 0x20 || code > 0x7e) return hex;
    text += String.fromCharCode(code);
  }
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed;
}
