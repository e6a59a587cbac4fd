import type { Findings } from './decoded.ts';
import { type JsonValue, parseJson } from './json.ts';

/*
 * payload = "online" / "offline", plain or as a JSON text
 */

const decodeText = (payload: Uint8Array): JsonValue | undefined => {
  if (payload.length > 16) return undefined;
  const text = String.fromCharCode(...payload).trim();
  if (text === 'online' || text === 'offline') return text;
  const parsed = parseJson(payload);
  return parsed.ok ? parsed.value : undefined;
};

/** Presence of a device, usually a birth message and a last will, often retained. */
export function decodeNativeStatus(payload: Uint8Array, findings: Findings): void {
  const status = decodeText(payload);
  if (status === 'online' || status === 'offline') findings.online = status === 'online';
  else findings.reject('malformed', '', 'a status is online or offline');
}
