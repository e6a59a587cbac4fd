import ipaddr from 'ipaddr.js';

/** The service that tells virtual machines of Azure about themselves: the one such address that looks public. */
const AZURE_PLATFORM = '168.63.129.16';
/** What is given out for the open network so far (RFC 4291, 2.4): all else in IPv6 is for other purposes. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address, as text, is one of the open network: no machine of the own network or of the provider's inner one can be meant. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  // also those that lead to an IPv4 address within (mapped, NAT64, 6to4) have a range of their own
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv6
    ? address.match(GLOBAL_UNICAST)
    : address.toString() !== AZURE_PLATFORM;
}

/** @throws where the text is no address */
export function isLoopbackAddress(text: string): boolean {
  return ipaddr.process(text).range() === 'loopback';
}
