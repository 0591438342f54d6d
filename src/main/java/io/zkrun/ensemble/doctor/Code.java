package io.zkrun.ensemble.doctor;

import java.util.Arrays;
import java.util.Optional;

/** What can be wrong, the likeliest first: the order in which findings are told. */
public enum Code {
  unknownKey,
  badValue,
  badServerLine,
  duplicateId,
  duplicateAddress,
  samePorts,
  repeatedKey,
  juteInFile,
  launcherOnly,
  byteOrderMark,
  valueUnset,
  dataDirUnset,
  myidMissing,
  myidEmpty,
  myidNotNumber,
  myidDuplicate,
  myidMismatch,
  addressLoopback,
  addressNotHere,
  addressWrong,
  hostTwice,
  nameNotResolved,
  dataDirMissing,
  dataDirNotWritable,
  installationNotReadable,
  diskFull,
  javaTooOld,
  serverMissing,
  serversDiffer,
  firewallDropped,
  firewallRejected,
  hostUnreachable,
  notZooKeeper,
  otherEnsemble,
  snapshotCorrupt,
  noQuorum,
  nothingListening,
  serverNotServing,
  noSession,
  clockOff,
  masterByHand,
  noMaster,
  noWorkers,
  spoolFull,
  workerNotReady,
  tasksWaitForNobody,
  counterHigh,
  tasksTooManyToList,
  evenServers,
  dataDirInTmp,
  wordsNotAllowed,
  notSeen;

  static Optional<Code> of(String name) {
    return Arrays.stream(values()).filter(each -> each.name().equals(name)).findFirst();
  }
}
