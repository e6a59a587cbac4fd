import { z } from 'zod';
import { eventsQuery } from './live-events.ts';
import { type Operation, none } from './operation.ts';
import { session, sessionRequest } from './session.ts';

/** Who is asking, what happens while they look, and this description. */
export const sessionOperations = {
  streamEvents: {
    method: 'GET',
    path: '/events',
    tag: 'Live',
    summary: 'Server-sent events: reading, finding, quarantine',
    description:
      'Each event has an id; a client that comes back with `Last-Event-ID` gets what it missed in the last hour.',
    role: 'viewer',
    params: none,
    query: eventsQuery,
    status: 200,
    contentType: 'text/event-stream',
  },
  signIn: {
    method: 'POST',
    path: '/session',
    tag: 'Session',
    summary: 'Exchange a key for a session cookie',
    role: 'public',
    params: none,
    query: none,
    body: sessionRequest,
    status: 200,
    response: session,
    problems: ['unauthenticated', 'forbidden'],
  },
  getSession: {
    method: 'GET',
    path: '/session',
    tag: 'Session',
    summary: 'Who is asking',
    role: 'viewer',
    params: none,
    query: none,
    status: 200,
    response: session,
  },
  signOut: {
    method: 'DELETE',
    path: '/session',
    tag: 'Session',
    summary: 'End the session',
    role: 'public',
    params: none,
    query: none,
    status: 204,
  },
  getOpenApi: {
    method: 'GET',
    path: '/openapi.json',
    tag: 'Description',
    summary: 'This description',
    role: 'public',
    params: none,
    query: none,
    status: 200,
    response: z.looseObject({ openapi: z.string() }),
  },
} as const satisfies Record<string, Operation>;
