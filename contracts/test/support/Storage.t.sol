// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {vm} from "./Vm.t.sol";

/// @title Mappings found by the storage that a call touches, and filled directly
/// @dev A mapping's value for a key lies at keccak256(key ‖ parent); the parent is the variable's slot, or for the
/// inner of two mappings keccak256(outer key ‖ slot).
abstract contract Storage {
  /// @dev A mapping, and the entry by which it was found.
  struct Found {
    address target;
    bytes32 parent;
    bytes32 key;
    /// How many slots an entry has, as far as they were touched.
    uint256 words;
  }

  uint256 private constant VARIABLES = 24;
  uint256 private constant MOST_WORDS = 8;
  uint256 private constant MOST_MAPPINGS = 24;
  /// @dev Within one call, so that its memory is given back.
  uint256 private constant CHUNK = 1_000;

  /// @dev The key of the entry with this number, from 1.
  function fillerKey(uint256 number) internal pure returns (bytes32) {
    return bytes32(uint256(0xf111 << 40) + number);
  }

  /// @dev What of `target` was touched since `vm.record` and is not empty, under any of the keys or any two of them.
  function touchedMappings(address target, bytes32[] memory keys) internal returns (Found[] memory found) {
    (bytes32[] memory touched, ) = vm.accesses(target);
    found = new Found[](MOST_MAPPINGS);
    uint256 count = 0;
    for (uint256 slot = 0; slot < VARIABLES; ++slot) {
      for (uint256 n = 0; n <= keys.length; ++n) {
        bytes32 parent = n == 0 ? bytes32(slot) : Hashes.efficientKeccak256(keys[n - 1], bytes32(slot));
        Found memory one = _find(target, parent, keys, touched);
        if (one.words > 0) found[count++] = one;
      }
    }
    Found[] memory all = found;
    found = new Found[](count);
    for (uint256 n = 0; n < count; ++n) found[n] = all[n];
  }

  /// @dev Gives each mapping the entries from `from` + 1 to `to`, alike to the one by which it was found.
  function fill(Found[] memory mappings, uint256 from, uint256 to) internal {
    for (uint256 m = 0; m < mappings.length; ++m) {
      for (uint256 n = from; n < to; n += CHUNK) {
        this.fillSome(mappings[m], n, n + CHUNK < to ? n + CHUNK : to);
      }
    }
  }

  function fillSome(Found calldata one, uint256 from, uint256 to) external {
    uint256 model = uint256(Hashes.efficientKeccak256(one.key, one.parent));
    for (uint256 word = 0; word < one.words; ++word) {
      bytes32 value = vm.load(one.target, bytes32(model + word));
      for (uint256 n = from + 1; n <= to; ++n) {
        uint256 place = uint256(Hashes.efficientKeccak256(fillerKey(n), one.parent));
        vm.store(one.target, bytes32(place + word), value);
      }
    }
  }

  /// @dev Every word under this key whose low 64 bits are `present` gets `next` there.
  function setCounts(Found[] memory mappings, bytes32 key, uint64 present, uint64 next) internal {
    for (uint256 m = 0; m < mappings.length; ++m) {
      if (mappings[m].key != key) continue;
      uint256 place = uint256(Hashes.efficientKeccak256(key, mappings[m].parent));
      for (uint256 slot = place; slot < place + mappings[m].words; ++slot) {
        uint256 value = uint256(vm.load(mappings[m].target, bytes32(slot)));
        if (uint64(value) == present) {
          vm.store(mappings[m].target, bytes32(slot), bytes32(((value >> 64) << 64) | next));
        }
      }
    }
  }

  function _find(
    address target,
    bytes32 parent,
    bytes32[] memory keys,
    bytes32[] memory touched
  ) private view returns (Found memory found) {
    for (uint256 k = 0; k < keys.length; ++k) {
      uint256 place = uint256(Hashes.efficientKeccak256(keys[k], parent));
      uint256 words = 0;
      for (uint256 t = 0; t < touched.length; ++t) {
        uint256 slot = uint256(touched[t]);
        if (slot >= place + words && slot < place + MOST_WORDS && vm.load(target, touched[t]) != 0) {
          words = slot - place + 1;
        }
      }
      if (words > 0) return Found(target, parent, keys[k], words);
    }
  }
}
