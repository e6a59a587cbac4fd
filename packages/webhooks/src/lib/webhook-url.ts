import { isIP } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** What is wrong with the address of a receiver; undefined: nothing that can be seen without asking the network. */
export type UrlProblem = 'not_a_url' | 'not_https' | 'has_credentials' | 'private_address';

/** The host as `net` takes it: IPv6 without brackets. */
export const hostOf = ({ hostname }: URL): string =>
  hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;

const LOCAL_NAME = /(^|\.)(localhost|local|internal)\.?$/i;

export function urlProblem(text: string, allowPrivate: boolean): UrlProblem | undefined {
  if (!URL.canParse(text)) return 'not_a_url';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'not_https';
  if (url.username !== '' || url.password !== '') return 'has_credentials';
  const host = hostOf(url);
  if (url.protocol === 'http:') {
    // in the clear only to this machine itself, and only where an operator has said so
    const isLoopback = isIP(host) === 0 ? host === 'localhost' : isLoopbackAddress(host);
    if (!allowPrivate || !isLoopback) return 'not_https';
  }
  if (allowPrivate) return undefined;
  const isPrivate = isIP(host) === 0 ? LOCAL_NAME.test(host) : !isPublicAddress(host);
  return isPrivate ? 'private_address' : undefined;
}
