/** Who asks for a scan: a device's post comes before what its request says, and a request that contradicts it is refused. */
import type { FastifyRequest } from 'fastify';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import type { ScanRequest } from '../gate.ts';
import type { Device } from './device.ts';
import { DeviceError } from './errors.ts';
import type { DeviceDesk } from './devices.ts';

/** `<id>.<time>.<signature>`, see `devices.ts`. */
export const DEVICE_HEADER = 'hcl-device';

/** Whether somebody stands there who may say more of a scan than the device's post does; at a turnstile nobody does. */
export interface Attendance {
  readonly isAttended: boolean;
}

/** Who asks, proven once; then each scan as they may ask it, while they are served. Both throw a {@link DeviceError}. */
export type ScanAsker = (
  request: Pick<FastifyRequest, 'headers'>,
  attendance?: Attendance,
) => Promise<(asked: ScanRequest) => Promise<ScanRequest>>;

/** @param devices absent: none can be enrolled here */
export function scanAsker(devices: Pick<DeviceDesk, 'proven' | 'served'> | undefined): ScanAsker {
  return async ({ headers }, { isAttended } = { isAttended: true }) => {
    const proof = headers[DEVICE_HEADER];
    if (proof === undefined) return async (asked) => asked;
    if (devices === undefined || typeof proof !== 'string') {
      throw new DeviceError('DEVICE_UNKNOWN', 'no such device');
    }
    const { id } = await devices.proven(proof);
    return async (asked) => askedAt(await devices.served(id), asked, isAttended);
  };
}

function askedAt(device: Device, asked: ScanRequest, isAttended: boolean): ScanRequest {
  const { comparesDocument, gate, group, id, passage, policy, trip } = device;
  if (isOther(gate, asked.gate)) throw new DeviceError('DEVICE_OTHER_GATE', 'the device serves another gate');
  if (isOther(policy, asked.policy)) {
    throw new DeviceError('DEVICE_OTHER_POLICY', 'the device serves another policy');
  }
  if (isOther(passage, asked.passage) && !(isAttended && passage === undefined)) {
    throw new DeviceError('DEVICE_OTHER_PASSAGE', 'the device serves another passage, or none');
  }
  if (isOther(trip, asked.trip) && !(isAttended && trip === undefined)) {
    throw new DeviceError('DEVICE_OTHER_TRIP', 'the device serves another trip, or none');
  }
  const compares = comparesDocument ?? (isAttended ? undefined : false);
  if (compares !== undefined && compares !== (asked.presented !== undefined)) {
    throw new DeviceError(
      'DEVICE_OTHER_DOCUMENT',
      'the device compares a document with each code, or with none',
    );
  }
  return {
    ...asked,
    gate,
    group,
    device: id,
    ...(policy === undefined ? {} : { policy }),
    ...(passage === undefined ? {} : { passage }),
    ...(trip === undefined ? {} : { trip }),
  };
}

/** Whether something is asked that is not the post's. */
function isOther<T>(own: T | undefined, asked: T | undefined): boolean {
  if (asked === undefined) return false;
  return own === undefined || toCanonicalJson(own) !== toCanonicalJson(asked);
}
