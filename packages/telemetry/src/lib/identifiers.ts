const IDENTIFIER = /^[A-Za-z0-9._:@-]{1,128}$/;

/** Whether the text is a valid tenant, device or group identifier: `[A-Za-z0-9._:@-]{1,128}`. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}
