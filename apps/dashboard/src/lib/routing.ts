/** Where the reader is. The URL's fragment holds all of it, so a link or a reload shows the same thing. */
export type Route =
  | { readonly page: 'fleet'; readonly params: URLSearchParams }
  | { readonly page: 'device'; readonly deviceId: string; readonly params: URLSearchParams }
  | { readonly page: 'areas'; readonly params: URLSearchParams }
  | { readonly page: 'area'; readonly groupId: string; readonly params: URLSearchParams }
  | { readonly page: 'quality'; readonly params: URLSearchParams }
  | { readonly page: 'sources'; readonly params: URLSearchParams }
  | { readonly page: 'missing'; readonly params: URLSearchParams };

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // a lone % in a hand-edited link
  }
}

/** The route of a fragment such as `#/devices/E-0001?range=7d`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const params = new URLSearchParams(query);
  const [head = '', tail] = path.split('/').filter((part) => part !== '');
  const id = tail === undefined ? undefined : decodeSegment(tail);
  if (head === '' || (head === 'fleet' && tail === undefined)) return { page: 'fleet', params };
  if (head === 'devices' && id !== undefined) return { page: 'device', deviceId: id, params };
  if (head === 'areas') {
    if (tail === undefined) return { page: 'areas', params };
    if (id !== undefined) return { page: 'area', groupId: id, params };
  }
  if (head === 'quality' && tail === undefined) return { page: 'quality', params };
  if (head === 'sources' && tail === undefined) return { page: 'sources', params };
  return { page: 'missing', params };
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

/** The key of a sign-in link (`#key=…`), or undefined where the fragment is a page. */
export function signInKey(hash: string): string | undefined {
  const match = /^#key=([^&]+)/.exec(hash);
  return match?.[1] === undefined ? undefined : decodeSegment(match[1]);
}
