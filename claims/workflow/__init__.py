"""The life of a claim: who may do what to it when, and the record of it.

Locks are taken in one order everywhere, so that nobody waits in a ring:

1. claims, all that will be written or pointed at, at once, lowest id first (``Claim.objects.locked()``); only the clock
   takes those that are free and leaves the others (``stages.free_ones``);
2. what hangs on them or is shared by them: parts, sources, passages, alerts, articles;
3. the heads of chains (``Event.objects.append``), that of the desk last;
4. rows of jobs (``jobs.enqueue``, or the end of the job that is run).

A row that is written before its claim is locked breaks this order.  Candidates of articles are locked before the claim
they become; nothing that holds a claim waits for one.

What a person tries on a claim and is refused is kept as a ``Refusal``, which the timeline shows (``apply.attempting``):
every step of the workflow, and every change, answer, comment, look at the verdict and undo that a rule, the state of the
claim or what somebody else did turns down.  Not kept is what never was an attempt on a claim: a form that is not filled
in (an empty comment, a question without a date), one that came too late for the same field (``StaleEdit``: both texts
are shown), and what is refused on an article, a source or the desk, which hang on no claim.
"""
