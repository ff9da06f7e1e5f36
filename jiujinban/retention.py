"""Retention (保管期限): everything that is past its time, whatever it is, in one round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from intake.ports import Clock
from intake.usecases.cases.keeping import BY_RULE, ErasedPhotographs
from jiujinban.wiring import House
from storage.sql.traces import clear_trace, count_trace, past_traces
from storage.sweeping import Swept, sweep


@dataclass(frozen=True, slots=True)
class Retired:
    """到期清理结果: what was erased, or would be."""

    cases: tuple[ErasedPhotographs, ...]
    exchanges: int
    traces: dict[str, int]
    photographs: Swept

    def told(self) -> str:
        """For the operator."""
        swept = self.photographs
        lines = [f"办件照片　{len(self.cases)} 件，{sum(case.photographs for case in self.cases)} 张"]
        lines += [f"　　{case.number or '草稿'}　{case.photographs} 张（{case.rule}）" for case in self.cases]
        lines += [
            f"对话　　　{self.exchanges} 条",
            f"旧登录　　{self.traces['sessions']} 条",
            f"旧操作号　{self.traces['intents']} 条",
            f"已送消息　{self.traces['messages']} 条",
            f"无人引用的照片　移出 {swept.laid_aside} 张，彻底删除 {swept.erased} 张，移回 {swept.put_back} 张",
        ]
        return "\n".join(lines)


async def retire(house: House, clock: Clock, *, dry_run: bool = False) -> Retired:
    """Erase what the county's rules no longer keep; with `dry_run` it is counted only."""
    now, kept = clock.now(), house.rules.retention
    cases = await house.desk.cases.erase_photographs(dry_run=dry_run)
    before = now - timedelta(days=kept.conversation_days)
    exchanges = await house.conversations.forget(before, dry_run=dry_run)
    act = count_trace if dry_run else clear_trace
    traces = {trace.name: await act(house.store, trace) for trace in past_traces(now, kept)}
    swept = await sweep(house.store, house.blobs, BY_RULE, now, dry_run=dry_run)
    return Retired(cases, exchanges, traces, swept)
