/** Pages that show a list or a whole, each at `#/<name>`. */
const PLACES = [
  'overview',
  'fleet',
  'areas',
  'lots',
  'findings',
  'plans',
  'track-record',
  'verifications',
  'requests',
  'reports',
  'quality',
  'sources',
  'settings',
] as const;
export type Place = (typeof PLACES)[number];

/** Pages of one thing: the first part of the address, before the id, and the page's name. */
const THINGS = {
  devices: 'device',
  areas: 'area',
  lots: 'lot',
  findings: 'finding',
  plans: 'plan',
  requests: 'request',
  documents: 'document',
} as const;
type Thing = (typeof THINGS)[keyof typeof THINGS];

/** Where the reader is. The URL's fragment holds all of it, so a link or a reload shows the same thing. */
export type Route =
  | { readonly page: Place; readonly params: URLSearchParams }
  | { readonly page: Thing; readonly id: string; readonly params: URLSearchParams }
  | { readonly page: 'missing'; readonly params: URLSearchParams };

const START: Place = 'overview';

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a lone % in a hand-edited link
  }
}

function isThing(head: string): head is keyof typeof THINGS {
  return Object.hasOwn(THINGS, head);
}

/** The route of a fragment such as `#/devices/E-0001?range=7d`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const params = new URLSearchParams(query);
  const [head = '', tail] = path.split('/').filter((part) => part !== '');
  if (head === '') return { page: START, params };
  if (tail === undefined) {
    const place = PLACES.find((one) => one === head);
    return place === undefined ? { page: 'missing', params } : { page: place, params };
  }
  const id = decodeSegment(tail);
  return id !== undefined && isThing(head)
    ? { page: THINGS[head], id, params }
    : { page: 'missing', params };
}

/** `path` with the query parameters that have a value; the inverse of parseRoute. */
export function href(
  path: string,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined && value !== '') query.set(name, value);
  const text = query.toString();
  return text === '' ? `#${path}` : `#${path}?${text}`;
}

export function deviceHref(
  deviceId: string,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  return href(`/devices/${encodeURIComponent(deviceId)}`, params);
}

export function areaHref(groupId: string): string {
  return href(`/areas/${encodeURIComponent(groupId)}`);
}

export function lotHref(lot: string): string {
  return href(`/lots/${encodeURIComponent(lot)}`);
}

export function findingHref(id: number): string {
  return href(`/findings/${id}`);
}

/** The form for a result of a device, or of one that is still to be found. */
export function entryHref(deviceId?: string): string {
  return href('/verifications', { new: '1', device: deviceId });
}

export function planHref(
  id: number,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  return href(`/plans/${id}`, params);
}

export function requestHref(id: number): string {
  return href(`/requests/${id}`);
}

export function documentHref(id: string): string {
  return href(`/documents/${encodeURIComponent(id)}`);
}

/** The key of a sign-in link (`#key=…`), or undefined where the fragment is a page. */
export function signInKey(hash: string): string | undefined {
  const match = /^#key=([^&]+)/.exec(hash);
  return match?.[1] === undefined ? undefined : decodeSegment(match[1]);
}
