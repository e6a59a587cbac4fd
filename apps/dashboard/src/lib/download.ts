import { ApiError, requestPath } from './api-client.ts';

/**
 * Saves a table of the API as a file. Asked for by script, since a link would send the browser's languages and not the chosen one.
 * @throws {ApiError} where no table came
 */
export async function downloadTable(path: string, name: string): Promise<void> {
  const headers = { accept: 'text/csv', 'accept-language': document.documentElement.lang };
  const response = await fetch(requestPath(path), { headers, credentials: 'same-origin' }).catch(
    (error: unknown) => {
      throw new ApiError('unreachable', 0, String(error));
    },
  );
  if (!response.ok) throw new ApiError('unknown', response.status, response.statusText);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
