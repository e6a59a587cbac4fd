import type { Messages } from '../i18n/messages-en.ts';
import type { ApiError } from './api-client.ts';

/** What the reader can do about an error, in the reader's language. */
export function errorText(error: ApiError, t: Messages): string {
  switch (error.code) {
    case 'unreachable':
    case 'not_ready':
    case 'forbidden':
    case 'not_found':
      return t.error[error.code];
    case 'too_many_requests':
      return t.error.too_many_requests(String(error.retryAfterSeconds ?? 60));
    case 'unauthenticated':
      return t.signIn.expired;
    case 'invalid_request':
    case 'invalid_cursor':
    case 'method_not_allowed':
    case 'conflict':
    case 'payload_too_large':
    case 'unsupported_media_type':
    case 'internal':
    case 'unknown':
      return t.error.unknown;
  }
}
