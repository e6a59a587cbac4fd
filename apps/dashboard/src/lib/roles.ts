import { useState } from 'react';
import { dayIn } from './legal-day.ts';
import { useSession } from './session.tsx';

/** Whether who is signed in may record and report. */
export function useMayOperate(): boolean {
  const { current } = useSession();
  return current.state === 'signed-in' && current.session.role !== 'viewer';
}

/** Whether who is signed in may change rules and settings. */
export function useMayAdminister(): boolean {
  const { current } = useSession();
  return current.state === 'signed-in' && current.session.role === 'admin';
}

/** The day it is where the tenant is, since days of law are days there; that on which the page was opened. */
export function useToday(): string {
  const { current } = useSession();
  const zone = current.state === 'signed-in' ? current.session.zone : 'UTC';
  const [today] = useState(() => dayIn(zone, new Date()));
  return today;
}
