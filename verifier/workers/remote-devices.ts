/** The devices of the syncing process, as a worker has them: whatever is answered was answered there. */
import type { DeviceDesk } from '../devices/devices.ts';
import type { OwnerDuties } from './duties.ts';
import type { Peer } from './peer.ts';

export function remoteDevices(peer: Peer<OwnerDuties>): DeviceDesk {
  return {
    invite: (...args) => peer.ask('invite', args),
    enrol: (...args) => peer.ask('enrol', args),
    revoke: (id) => peer.ask('revoke', [id]),
    proven: (proof) => peer.ask('proven', [proof]),
    served: (id) => peer.ask('served', [id]),
    list: () => peer.ask('listDevices', []),
    // A count that is lost with this process is no harm.
    count: (id, outcome) => void peer.ask('countTold', [id, outcome]).catch(() => undefined),
  };
}
