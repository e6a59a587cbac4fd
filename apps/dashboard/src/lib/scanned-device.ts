import { isIdentifier } from '@verimeter/telemetry';

/**
 * The device that a code on a work order or a nameplate names: a link to its page or to the entry of its result, or its id.
 * Undefined: the text can only be a serial number.
 */
export function scannedDevice(text: string): string | undefined {
  const written = text.trim();
  const page = /#\/devices\/([^/?#\s]+)/.exec(written)?.[1];
  const entry = /[?&]device=([^&#\s]+)/.exec(written)?.[1];
  const found = page ?? entry;
  try {
    const id = found === undefined ? written : decodeURIComponent(found);
    return isIdentifier(id) ? id : undefined;
  } catch {
    return undefined; // a lone % of a broken link
  }
}
