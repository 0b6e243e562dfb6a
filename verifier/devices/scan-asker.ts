/** Who asks for a scan: a device's post comes before what its request says. */
import type { FastifyRequest } from 'fastify';
import type { ScanRequest } from '../gate.ts';
import { DeviceError } from './errors.ts';
import type { Devices } from './devices.ts';

/** `<id>.<time>.<signature>`, see `devices.ts`. */
export const DEVICE_HEADER = 'hcl-device';

/** The scan as the device of the request may ask it. Throws a {@link DeviceError}. */
export type ScanAsker = (
  request: Pick<FastifyRequest, 'headers'>,
  asked: ScanRequest,
) => Promise<ScanRequest>;

/** @param devices absent: none can be enrolled here */
export function scanAsker(devices: Pick<Devices, 'proven'> | undefined): ScanAsker {
  return async ({ headers }, asked) => {
    const proof = headers[DEVICE_HEADER];
    if (proof === undefined) return asked;
    if (devices === undefined || typeof proof !== 'string') {
      throw new DeviceError('DEVICE_UNKNOWN', 'no such device');
    }
    const { gate, group, id, policy } = await devices.proven(proof);
    if (asked.gate !== undefined && asked.gate !== gate) {
      throw new DeviceError('DEVICE_OTHER_GATE', 'the device serves another gate');
    }
    if (asked.policy !== undefined && asked.policy !== policy) {
      throw new DeviceError('DEVICE_OTHER_POLICY', 'the device serves another policy');
    }
    return { ...asked, gate, group, device: id, ...(policy === undefined ? {} : { policy }) };
  };
}
