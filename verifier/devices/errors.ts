/** Why a device is not served; messages name no key and no code. */
import { HclError } from '../../core/errors.ts';
import type { ProblemTable } from '../../service/problems.ts';

export type DeviceErrorCode =
  /** The policy serves enrolled devices only. */
  | 'DEVICE_NEEDED'
  | 'DEVICE_UNKNOWN'
  | 'DEVICE_PROOF_INVALID'
  | 'DEVICE_OTHER_GATE'
  | 'DEVICE_OTHER_POLICY'
  | 'DEVICE_OTHER_PASSAGE'
  | 'DEVICE_OTHER_TRIP'
  | 'DEVICE_OTHER_DOCUMENT'
  | 'ENROLMENT_UNKNOWN'
  | 'ENROLMENT_PROOF_INVALID';

export class DeviceError extends HclError<DeviceErrorCode> {}

export const DEVICE_PROBLEMS: ProblemTable = {
  DEVICE_NEEDED: { status: 403, title: 'Only enrolled devices are served here' },
  DEVICE_UNKNOWN: { status: 403, title: 'There is no such device, or it was revoked' },
  DEVICE_PROOF_INVALID: { status: 403, title: 'The device did not prove that it has its key' },
  DEVICE_OTHER_GATE: { status: 403, title: 'The device serves another gate' },
  DEVICE_OTHER_POLICY: { status: 403, title: 'The device serves another policy' },
  DEVICE_OTHER_PASSAGE: { status: 403, title: 'The device serves another passage, or none' },
  DEVICE_OTHER_TRIP: { status: 403, title: 'The device serves another trip, or none' },
  DEVICE_OTHER_DOCUMENT: {
    status: 403,
    title: 'The device compares a document with each code, or with none',
  },
  ENROLMENT_UNKNOWN: { status: 403, title: 'The enrolment code is used up, too old, or none' },
  ENROLMENT_PROOF_INVALID: { status: 403, title: 'The device did not prove that it has the key' },
};
