"""What a run of the torture has found, in words."""
import statistics

LINES_MAX = 10


def show(rounds, seconds, source_log):
    """Prints it; the exit status."""
    print(f"{rounds.kills} kills in {seconds:.0f} s: "
          + ", ".join(f"{cache.kills} of the {cache.name} cache" for cache in rounds.caches))
    for cache in rounds.caches:
        counts = cache.ledger.counts
        print(f"{cache.name}: {counts['bodies']} bodies checked and {counts['cut']} that were cut, "
              f"{counts['bytes'] / 2**30:.2f} GiB; {counts['refused']} requests refused; "
              f"{counts['beyond_proof']} lies in bounded ranges, which no digest proves; "
              f"{counts['looked_up']} complete blobs and documents looked up after kills; "
              f"{cache.evicted_bytes / 2**20:.0f} MiB evicted")
    print(f"ready after a kill: median {statistics.median(rounds.ready_s) * 1000:.0f} ms, "
          f"worst {max(rounds.ready_s) * 1000:.0f} ms; fsck {rounds.fscks} times, "
          f"{rounds.scrubbed} blobs scrubbed in the last passes looked at")
    resumed = show_resume(*rounds.resume.tally(source_log))
    problems = [f"{name}: {line}" for cache in rounds.caches
                for name, lines in cache.ledger.findings().items() for line in lines]
    problems += rounds.checks_failed + resumed + proves_nothing(rounds)
    print("\n".join(problems[:LINES_MAX]))
    wrong, lost = (sum(len(getattr(cache.ledger, name)) for cache in rounds.caches)
                   for name in ("wrong", "lost"))
    print(f"torture: {rounds.kills} kills, {wrong} wrong bodies, {lost} complete blobs lost, "
          f"{len(problems)} problems")
    return 1 if problems else 0


def show_resume(blobs, there, again):
    if not there:
        return ["no partial blob was gone on with: this run proves nothing about resuming"]
    print(f"resume: {blobs} partial blobs had {there / 2**20:.0f} MiB on disk at a kill; "
          f"{again / there:.1%} of these bytes were asked again")
    return [f"resume: {again / there:.1%} of the bytes that were there were asked again"] * (
        again > there / 2)


def proves_all(rounds, source_log):
    _, there, _ = rounds.resume.tally(source_log)
    return bool(there) and not proves_nothing(rounds)


def proves_nothing(rounds):
    roomy, tight = rounds.caches
    facts = {"nothing was kept": roomy.ledger.counts["looked_up"],
             "no body was cut": roomy.ledger.counts["cut"],
             "nothing was evicted": tight.evicted_bytes}
    return [f"{what}: this run proves nothing" for what, number in facts.items() if not number]
