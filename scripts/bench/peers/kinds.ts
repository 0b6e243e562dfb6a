/** All that is measured, by kind. */
import { LEDGER_PEERS } from './document-peers.ts';
import { HC1_PEERS } from './hc1-peers.ts';
import { hc1Inputs } from './hc1-inputs.ts';
import { jwtInputs, sdJwtInputs } from './jwt-inputs.ts';
import { JWT_PEERS, SD_JWT_PEERS } from './jwt-peers.ts';
import { ledgerInputs } from './ledger-inputs.ts';
import { LIMIT } from './limit.ts';
import { OURS } from './ours.ts';
import type { Kind } from './peer.ts';
import { shcInputs } from './shc-inputs.ts';
import { SHC_PEERS } from './shc-peers.ts';

export const KINDS: readonly Kind[] = [
  {
    name: 'hc1',
    targets: { overLimit: 0.7, overWhole: 1 },
    peers: [LIMIT, OURS, ...HC1_PEERS],
    makeInputs: hc1Inputs,
  },
  {
    name: 'shc',
    targets: { overLimit: 0.7, overWhole: 1 },
    peers: [LIMIT, OURS, ...SHC_PEERS],
    makeInputs: shcInputs,
  },
  { name: 'jwt', targets: {}, peers: [LIMIT, OURS, ...JWT_PEERS], makeInputs: jwtInputs },
  { name: 'sd-jwt', targets: {}, peers: [LIMIT, OURS, ...SD_JWT_PEERS], makeInputs: sdJwtInputs },
  {
    name: 'ledger',
    targets: { overWhole: 50 },
    peers: [LIMIT, OURS, ...LEDGER_PEERS],
    makeInputs: ledgerInputs,
  },
];
