/** A kept message as a person can read it. */
export interface PayloadView {
  readonly text: string;
  readonly binary: boolean;
}

/** Control characters that no text message holds; tab and line ends are allowed. */
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/; // eslint-disable-line no-control-regex

function hex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const line = [...bytes.subarray(offset, offset + 16)];
    lines.push(line.map((byte) => byte.toString(16).padStart(2, '0')).join(' '));
  }
  return lines.join('\n');
}

/** The message as text where it is UTF-8 else as hexadecimal. */
export function viewPayload(base64: string): PayloadView {
  const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0) ?? 0);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { text: hex(bytes), binary: true };
  }
  return CONTROL.test(text) ? { text: hex(bytes), binary: true } : { text, binary: false };
}

/** The bytes of a file as base64. @throws what the browser says of a file that cannot be read */
export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCodePoint(byte);
  return btoa(binary);
}
