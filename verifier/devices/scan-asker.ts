/** Who asks for a scan: a device's post comes before what its request says. */
import type { FastifyRequest } from 'fastify';
import type { ScanRequest } from '../gate.ts';
import type { Device } from './device.ts';
import { DeviceError } from './errors.ts';
import type { DeviceDesk } from './devices.ts';

/** `<id>.<time>.<signature>`, see `devices.ts`. */
export const DEVICE_HEADER = 'hcl-device';

/** Who asks, proven once; then each scan as they may ask it, while they are served. Both throw a {@link DeviceError}. */
export type ScanAsker = (
  request: Pick<FastifyRequest, 'headers'>,
) => Promise<(asked: ScanRequest) => Promise<ScanRequest>>;

/** @param devices absent: none can be enrolled here */
export function scanAsker(devices: Pick<DeviceDesk, 'proven' | 'served'> | undefined): ScanAsker {
  return async ({ headers }) => {
    const proof = headers[DEVICE_HEADER];
    if (proof === undefined) return async (asked) => asked;
    if (devices === undefined || typeof proof !== 'string') {
      throw new DeviceError('DEVICE_UNKNOWN', 'no such device');
    }
    const { id } = await devices.proven(proof);
    return async (asked) => askedAt(await devices.served(id), asked);
  };
}

function askedAt({ gate, group, id, policy }: Device, asked: ScanRequest): ScanRequest {
  if (asked.gate !== undefined && asked.gate !== gate) {
    throw new DeviceError('DEVICE_OTHER_GATE', 'the device serves another gate');
  }
  if (asked.policy !== undefined && asked.policy !== policy) {
    throw new DeviceError('DEVICE_OTHER_POLICY', 'the device serves another policy');
  }
  return { ...asked, gate, group, device: id, ...(policy === undefined ? {} : { policy }) };
}
