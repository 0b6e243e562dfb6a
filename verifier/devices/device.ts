/** A device at a gate, what it signs, and how it is written down. */
import { concatBytes } from '../../core/bytes/concat.ts';
import type { JsonObject } from '../../core/bytes/strict-json.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { invariant } from '../../core/errors.ts';
import type { JurisdictionPassage } from '../../core/policy/checkpoint-settings.ts';
import { defineTables, type TableSpec } from '../../service/store.ts';

/** What it serves. */
export interface Post {
  /** Number of its gate, from 1. */
  readonly gate: number;
  /** Gates of one group tell each other of codes shown at two of them. */
  readonly group: string;
  /** Id of the checkpoint's policy that it asks under; absent: the first. */
  readonly policy?: string;
  /** Whose rules apply; absent: whose the request says, at a turnstile the policy's own. */
  readonly passage?: JurisdictionPassage;
  /** What rules may ask of the trip; likewise. */
  readonly trip?: JsonObject;
  /** Whether each code is compared with a document; absent: as the request says, at a turnstile with none. */
  readonly comparesDocument?: boolean;
}

export interface Device extends Post {
  readonly id: string;
  /** P-256, 65 bytes uncompressed, base64url. */
  readonly publicKey: string;
  readonly enrolledAtSeconds: number;
}

/** An invitation: good for one device, until then. */
export interface Enrolment extends Post {
  readonly untilSeconds: number;
}

/**
 *   enrolments  SHA-256 of the secret → Enrolment as JSON
 *   devices     id → Device as JSON
 */
export const TABLES: Readonly<Record<'enrolments' | 'devices', TableSpec>> = defineTables({
  enrolments: { tag: 1, format: 1 },
  devices: { tag: 2, format: 1 },
});

const ENROL = toUtf8('hcl/enrol/1\0');
const DEVICE = toUtf8('hcl/device/1\0');

/** What a device signs to enrol. @param secretHash SHA-256 of the secret, 32 bytes */
export function enrolMessage(secretHash: Uint8Array): Uint8Array {
  return concatBytes(ENROL, secretHash);
}

/** What a device signs to be served for the next minute. */
export function deviceMessage(id: string, timeSeconds: number): Uint8Array {
  return concatBytes(DEVICE, toUtf8(`${id}.${timeSeconds}`));
}

export function toJsonBytes(value: Device | Enrolment): Uint8Array {
  return toUtf8(JSON.stringify(value));
}

/** @param bytes of the table `devices` */
export function readDevice(bytes: Uint8Array): Device {
  // Only this module writes the table.
  return parse(bytes) as Device;
}

/** @param bytes of the table `enrolments` */
export function readEnrolment(bytes: Uint8Array): Enrolment {
  // As above.
  return parse(bytes) as Enrolment;
}

function parse(bytes: Uint8Array): unknown {
  const text = fromUtf8(bytes);
  invariant(text !== undefined, 'the store gives back what was written');
  return JSON.parse(text);
}
