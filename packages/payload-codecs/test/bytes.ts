// The package sees no host types; Encoding is the one host API its tests need.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

const encoder = new TextEncoder();

export const bytes = (text: string): Uint8Array => encoder.encode(text);
