import type { Person } from '@verimeter/registry';
import type { Principal } from './authentication.ts';

/** Who did something, as it is kept beside it. */
export const personOf = ({ keyId, keyName }: Principal): Person => ({ id: keyId, name: keyName });
