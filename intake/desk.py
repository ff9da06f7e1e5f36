"""The desk (窗口): a few named counters behind which every verb of the county's service is bound once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from intake.model.binding import Binding, Outside
from intake.model.booking import Appointment, Hold, Slot
from intake.model.calendar import WorkingCalendar, local_day
from intake.model.case import Case, Page, PageFacts
from intake.model.catalogue import CommonQuestion, ServiceItem, Way
from intake.model.exchange import FileForm, Imported, ImportReport, WaitingImport
from intake.model.figures import FigureSheet, Month, PrintForm, Shortfall, ShownRow, Workload
from intake.model.follow_up import FollowUp
from intake.model.helping import HelpRequest
from intake.model.hours import HoursChange
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    CounterCode,
    DutyId,
    FollowUpId,
    HallCode,
    HandoverId,
    HeardId,
    HelpId,
    ImportId,
    MandateId,
    OrderId,
    PageId,
    PersonId,
    QuestionId,
    ServiceCode,
    SlipId,
    TeachingId,
    TicketId,
)
from intake.model.kiosk import Slip, Visitor
from intake.model.learning import Edition, Heard, HeardState, Teaching
from intake.model.leaving import Notice
from intake.model.lines import CounterPost, HallRules
from intake.model.matching import Explained, Match, PersonFacts
from intake.model.owning import Step
from intake.model.pace import Pace
from intake.model.papers import CasePaper
from intake.model.people import Account, Caller, Door, Mandate, Person, Role
from intake.model.places import Department, Hall, Village
from intake.model.question import Question
from intake.model.queue import Ticket
from intake.model.speech import Spoken
from intake.model.staffing import Authorisation, Duty, Member, Training, TrainingRules
from intake.model.statement import Statement
from intake.model.tray import CounterTray
from intake.model.visits import VisitDay
from intake.model.waiting import Waiting
from intake.model.work_order import WorkOrder
from intake.ports import CountyGlance, Tools
from intake.usecases.cases import (
    acting,
    assisting,
    closing,
    deciding,
    drafting,
    escalating,
    keeping,
    looking,
    moving,
    reception,
    tending,
    tray,
)
from intake.usecases.cases import printing as case_printing
from intake.usecases.catalogue import exporting, finding, learning
from intake.usecases.catalogue import importing as catalogue_importing
from intake.usecases.figures import counting, nearby, reporting
from intake.usecases.kiosk import printing, recording, visiting
from intake.usecases.people import (
    authorising,
    binding,
    helping,
    mandates,
    representing,
    signing,
    staffing,
    statements,
)
from intake.usecases.places import absences, booking, hours, lines, opening, opentimes, reminding, soonest
from intake.usecases.places import importing as county_importing
from intake.usecases.places import looking as places_looking
from intake.usecases.questions import asking, following, ordering, owning, undelivered
from intake.usecases.queue import arriving, calling, greening, ruling, watching
from intake.usecases.queue import closing as closing_days
from intake.usecases.visits import going, planning


@dataclass(frozen=True, slots=True)
class CasesCounter:
    """办件: from the first page to the evaluation."""

    tools: Tools

    async def open_draft(self, cmd: drafting.OpenDraft) -> Case:
        return await drafting.open_draft(cmd, tools=self.tools)

    async def add_page(self, cmd: drafting.AddPage) -> drafting.PageAdded:
        return await drafting.add_page(cmd, tools=self.tools)

    async def drop_page(self, cmd: drafting.DropPage) -> Case:
        return await drafting.drop_page(cmd, tools=self.tools)

    async def submit(self, cmd: drafting.SubmitCase) -> Case:
        return await drafting.submit_case(cmd, tools=self.tools)

    async def receive(self, cmd: acting.OnCase) -> Case:
        return await reception.receive_case(cmd, tools=self.tools)

    async def accept(self, cmd: acting.OnCase) -> Case:
        return await reception.accept_case(cmd, tools=self.tools)

    async def ask_correction(self, cmd: reception.AskCorrection) -> Case:
        return await reception.ask_correction(cmd, tools=self.tools)

    async def resupply(self, cmd: reception.Resupply) -> Case:
        return await reception.resupply_case(cmd, tools=self.tools)

    async def hand_over(self, cmd: acting.OnCase) -> Case:
        return await reception.hand_over_case(cmd, tools=self.tools)

    async def redirect(self, cmd: reception.Redirect) -> Case:
        return await reception.redirect_case(cmd, tools=self.tools)

    async def decide(self, cmd: deciding.DecideCase) -> Case:
        return await deciding.decide_case(cmd, tools=self.tools)

    async def issue(self, cmd: deciding.IssueCase) -> Case:
        return await deciding.issue_case(cmd, tools=self.tools)

    async def deliver(self, cmd: deciding.DeliverCase) -> Case:
        return await deciding.deliver_case(cmd, tools=self.tools)

    async def evaluate(self, cmd: deciding.EvaluateCase) -> Case:
        return await deciding.evaluate_case(cmd, tools=self.tools)

    async def withdraw(self, cmd: deciding.WithdrawCase) -> Case:
        return await deciding.withdraw_case(cmd, tools=self.tools)

    async def supply_later(self, cmd: reception.SupplyLater) -> Case:
        return await reception.supply_later(cmd, tools=self.tools)

    async def extend(self, cmd: deciding.ExtendCase) -> Case:
        return await deciding.extend_case(cmd, tools=self.tools)

    async def transfer(self, cmd: moving.TransferCase) -> Case:
        return await moving.transfer_case(cmd, tools=self.tools)

    async def escalate(self, cmd: escalating.EscalateCase) -> Case:
        return await escalating.escalate_case(cmd, tools=self.tools)

    async def settle(self, cmd: escalating.SettleCase) -> Case:
        return await escalating.settle_case(cmd, tools=self.tools)

    async def escalated(self, caller: Caller) -> tuple[Case, ...]:
        return await escalating.escalated_cases(caller, tools=self.tools)

    async def archive(self, cmd: acting.OnCase) -> Case:
        return await closing.archive_case(cmd, tools=self.tools)

    async def amend_closed(self, cmd: closing.AmendClosed) -> Case:
        return await closing.amend_closed(cmd, tools=self.tools)

    async def reopen(self, cmd: closing.ReopenCase) -> Case:
        return await closing.reopen_case(cmd, tools=self.tools)

    async def tend(self) -> tuple[tending.Tended, ...]:
        return await tending.tend_cases(tools=self.tools)

    async def mine(self, caller: Caller) -> tuple[Case, ...]:
        return await looking.my_cases(caller, tools=self.tools)

    async def show(self, caller: Caller, number: str) -> looking.CaseFile:
        return await looking.show_case(caller, number, tools=self.tools)

    async def at_hall(self, caller: Caller, hall: HallCode) -> tuple[Case, ...]:
        return await looking.hall_cases(caller, hall, tools=self.tools)

    async def of_department(self, caller: Caller) -> tuple[Case, ...]:
        return await looking.department_cases(caller, tools=self.tools)

    async def see_page(self, caller: Caller, page: PageId) -> tuple[Page, bytes]:
        return await looking.see_page(caller, page, tools=self.tools)

    async def offer_handover(self, cmd: assisting.OfferHandover) -> assisting.Offered:
        return await assisting.offer_handover(cmd, tools=self.tools)

    async def claim_handover(self, cmd: assisting.ClaimHandover) -> Case:
        return await assisting.claim_handover(cmd, tools=self.tools)

    async def handover_claimed(self, caller: Caller, handover: HandoverId) -> bool:
        return await assisting.handover_claimed(caller, handover, tools=self.tools)

    async def lay_card(self, cmd: tray.LayCard) -> None:
        await tray.lay_card(cmd, tools=self.tools)

    async def lay_page(self, cmd: tray.LayPage) -> PageFacts:
        return await tray.lay_page(cmd, tools=self.tools)

    async def open_walk_in(self, cmd: tray.OpenWalkIn) -> tray.WalkIn:
        return await tray.open_walk_in(cmd, tools=self.tools)

    async def on_counter(self, caller: Caller, hall: HallCode, counter: CounterCode) -> CounterTray | None:
        return await tray.on_counter(caller, hall, counter, tools=self.tools)

    async def on_counters(self, caller: Caller, hall: HallCode) -> tuple[CounterTray, ...]:
        return await tray.on_counters(caller, hall, tools=self.tools)

    async def see_laid_page(
        self, caller: Caller, hall: HallCode, counter: CounterCode, page: PageId
    ) -> bytes:
        return await tray.see_laid_page(caller, hall, counter, page, tools=self.tools)

    async def clear_counters(self) -> int:
        return await tray.clear_counters(tools=self.tools)

    async def erase_photographs(self, *, dry_run: bool = False) -> tuple[keeping.ErasedPhotographs, ...]:
        return await keeping.erase_photographs(tools=self.tools, dry_run=dry_run)

    async def papers_of(self, caller: Caller, number: str) -> tuple[CasePaper, ...]:
        return await case_printing.papers_of(caller, number, tools=self.tools)

    async def print_paper(self, caller: Caller, number: str, kind: CasePaper) -> bytes:
        return await case_printing.print_paper(caller, number, kind, tools=self.tools)

    async def reveal_id_number(self, caller: Caller, case: CaseId) -> str:
        return await looking.reveal_id_number(caller, case, tools=self.tools)


@dataclass(frozen=True, slots=True)
class PlacesCounter:
    """场所与预约: halls, villages, places to book."""

    tools: Tools

    async def find_slots(self, cmd: booking.FindSlots) -> tuple[Slot, ...]:
        return await booking.find_slots(cmd, tools=self.tools)

    async def book(self, cmd: booking.BookAppointment) -> Appointment:
        return await booking.book_appointment(cmd, tools=self.tools)

    async def hold(self, cmd: booking.HoldPlace) -> Hold:
        return await booking.hold_place(cmd, tools=self.tools)

    async def confirm(self, cmd: booking.ConfirmHold) -> Appointment:
        return await booking.confirm_hold(cmd, tools=self.tools)

    async def release(self, cmd: booking.ReleaseHold) -> Hold:
        return await booking.release_hold(cmd, tools=self.tools)

    async def my_holds(self, caller: Caller) -> tuple[Hold, ...]:
        return await booking.my_holds(caller, tools=self.tools)

    async def move(self, cmd: booking.MoveAppointment) -> Appointment:
        return await booking.move_appointment(cmd, tools=self.tools)

    async def join_line(self, cmd: lines.JoinLine) -> lines.InLine:
        return await lines.join_line(cmd, tools=self.tools)

    async def leave_line(self, cmd: lines.LeaveLine) -> Waiting:
        return await lines.leave_line_of(cmd, tools=self.tools)

    async def my_lines(self, caller: Caller) -> tuple[lines.InLine, ...]:
        return await lines.my_lines(caller, tools=self.tools)

    async def preview_hours(self, cmd: hours.ChangeHours) -> hours.HoursPreview:
        return await hours.preview_hours(cmd, tools=self.tools)

    async def change_hours(self, cmd: hours.ChangeHours) -> HoursChange:
        return await hours.change_hours(cmd, tools=self.tools)

    async def hours_of(self, caller: Caller, hall: HallCode) -> hours.HallHours:
        return await hours.hall_hours(caller, hall, tools=self.tools)

    async def line_up_slots(self) -> int:
        return await hours.line_up_slots(tools=self.tools)

    async def settle_hours(self) -> int:
        return await hours.settle_hours(tools=self.tools)

    async def soonest(self, cmd: soonest.FindSoonest) -> tuple[soonest.Soonest, ...]:
        return await soonest.find_soonest(cmd, tools=self.tools)

    async def forgive_absence(self, cmd: absences.ForgiveAbsence) -> Appointment:
        return await absences.forgive_absence(cmd, tools=self.tools)

    async def write_absences(self) -> int:
        return await absences.write_absences(tools=self.tools)

    async def tend_lines(self) -> int:
        return await lines.tend_lines(tools=self.tools)

    async def cancel(self, cmd: booking.CancelAppointment) -> Appointment:
        return await booking.cancel_appointment(cmd, tools=self.tools)

    async def my_appointments(self, caller: Caller) -> tuple[Appointment, ...]:
        return await booking.my_appointments(caller, tools=self.tools)

    async def appointments_at(self, caller: Caller, hall: HallCode, day: date) -> tuple[Appointment, ...]:
        return await places_looking.appointments_at(caller, hall, day, tools=self.tools)

    async def halls(self) -> tuple[Hall, ...]:
        return await places_looking.halls(tools=self.tools)

    @property
    def last_day(self) -> date:
        """The last day that can be booked today."""
        return opening.last_day(self.tools)

    async def open_days(self, first: date, count: int) -> Mapping[HallCode, tuple[opentimes.OpenDay, ...]]:
        return await opentimes.open_days(first, count, tools=self.tools)

    async def villages(self) -> tuple[Village, ...]:
        return await places_looking.villages(tools=self.tools)

    async def departments(self) -> tuple[Department, ...]:
        return await places_looking.departments(tools=self.tools)

    async def county(self) -> CountyGlance:
        return await places_looking.county(tools=self.tools)

    async def calendar(self) -> WorkingCalendar:
        return await places_looking.calendar(tools=self.tools)

    async def home_hall(self, caller: Caller, person: PersonId | None = None) -> Hall:
        return await places_looking.home_hall_of(caller, person, tools=self.tools)

    async def remind_coming(self) -> int:
        return await reminding.remind_coming(tools=self.tools)

    async def open_slots(self) -> int:
        return await opening.open_slots(tools=self.tools)

    async def import_county(self, cmd: county_importing.ImportCounty) -> None:
        await county_importing.import_county(cmd, tools=self.tools)


@dataclass(frozen=True, slots=True)
class VisitsCounter:
    """上门服务: routes, and what became of each visit."""

    tools: Tools

    async def plan(self, cmd: planning.OnDay) -> VisitDay:
        return await planning.plan_visits(cmd, tools=self.tools)

    async def plan_coming(self) -> int:
        return await planning.plan_coming_visits(tools=self.tools)

    async def pin(self, cmd: planning.PinVisit) -> VisitDay:
        return await planning.pin_visit(cmd, tools=self.tools)

    async def swap(self, cmd: planning.SwapVisits) -> VisitDay:
        return await planning.swap_visits(cmd, tools=self.tools)

    async def name_crew(self, cmd: planning.NameCrew) -> VisitDay:
        return await planning.name_crew(cmd, tools=self.tools)

    async def sheet(self, cmd: planning.OnDay) -> going.VisitSheet:
        return await going.visit_sheet(cmd, tools=self.tools)

    async def contact(self, caller: Caller, appointment: AppointmentId) -> going.Contact:
        return await going.contact_of(caller, appointment, tools=self.tools)

    async def end(self, cmd: going.EndVisit) -> Appointment:
        return await going.end_visit(cmd, tools=self.tools)


@dataclass(frozen=True, slots=True)
class QueueCounter:
    """排队叫号: arriving, calling, watching."""

    tools: Tools

    async def check_in(self, cmd: arriving.CheckIn) -> Ticket:
        return await arriving.check_in(cmd, tools=self.tools)

    async def take_number(self, cmd: arriving.TakeNumber) -> Ticket:
        return await arriving.take_number(cmd, tools=self.tools)

    async def call_next(self, cmd: calling.CallNext) -> Ticket:
        return await calling.call_next(cmd, tools=self.tools)

    async def change(self, cmd: calling.ChangeTicket) -> Ticket:
        return await calling.change_ticket(cmd, tools=self.tools)

    async def forward(self, cmd: calling.ForwardTicket) -> Ticket:
        return await calling.forward_ticket(cmd, tools=self.tools)

    async def amend(self, cmd: calling.AmendTicket) -> Ticket:
        return await calling.amend_ticket(cmd, tools=self.tools)

    async def close_days(self) -> int:
        return await closing_days.close_days(tools=self.tools)

    async def set_post(self, cmd: calling.SetPost) -> CounterPost:
        return await calling.set_post(cmd, tools=self.tools)

    async def today(self, caller: Caller, hall: HallCode) -> tuple[Ticket, ...]:
        return await watching.hall_queue(caller, hall, tools=self.tools)

    async def line(self, caller: Caller, hall: HallCode) -> watching.HallLine:
        return await watching.hall_line(caller, hall, tools=self.tools)

    async def display(self, caller: Caller, hall: HallCode) -> watching.Display:
        return await watching.display(caller, hall, tools=self.tools)

    async def mine(self, caller: Caller) -> tuple[watching.Place, ...]:
        return await watching.my_places(caller, tools=self.tools)

    async def rules(self, caller: Caller, hall: HallCode) -> HallRules:
        return await ruling.line_rules(caller, hall, tools=self.tools)

    async def set_rules(self, cmd: ruling.SetLineRules) -> HallRules:
        return await ruling.set_line_rules(cmd, tools=self.tools)

    async def grant_green(self, cmd: greening.GrantGreen) -> Ticket:
        return await greening.grant_green(cmd, tools=self.tools)

    async def pulses(self) -> dict[HallCode, int]:
        return await calling.pulses(tools=self.tools)


@dataclass(frozen=True, slots=True)
class KioskCounter:
    """自助机: whoever stands before a machine, what it can do, and its slips."""

    tools: Tools

    async def visitor(self, caller: Caller) -> Visitor | None:
        return await visiting.visitor(caller, tools=self.tools)

    async def step_away(self, caller: Caller) -> None:
        await visiting.step_away(caller, tools=self.tools)

    async def arrive(self, cmd: visiting.ArriveHere) -> Ticket:
        return await visiting.arrive_here(cmd, tools=self.tools)

    async def take_number(self, cmd: visiting.TakeNumberHere) -> Ticket:
        return await visiting.take_number_here(cmd, tools=self.tools)

    async def come_back(self, caller: Caller, ticket: TicketId) -> Ticket:
        return await visiting.come_back_here(caller, ticket, tools=self.tools)

    async def start(self, cmd: visiting.StartHere) -> tray.WalkIn:
        return await visiting.start_here(cmd, tools=self.tools)

    async def collect(self, cmd: visiting.CollectHere) -> Case:
        return await visiting.collect_here(cmd, tools=self.tools)

    async def slips_waiting(self, caller: Caller) -> tuple[Slip, ...]:
        return await printing.slips_waiting(caller, tools=self.tools)

    async def claim_slip(self, caller: Caller, slip: SlipId) -> Slip:
        return await printing.claim_slip(caller, slip, tools=self.tools)

    async def reprint(self, cmd: printing.Reprint) -> Slip:
        return await printing.reprint(cmd, tools=self.tools)

    async def report_abilities(self, caller: Caller, services: Sequence[ServiceCode], release: str) -> int:
        return await recording.report_abilities(caller, services, release, tools=self.tools)

    async def own_setup(self, caller: Caller) -> recording.KioskSetup:
        return await recording.own_setup(caller, tools=self.tools)


@dataclass(frozen=True, slots=True)
class CatalogueCounter:
    """事项清单: finding, importing and learning items."""

    tools: Tools

    async def match(self, text: str, facts: PersonFacts | None = None, limit: int = 5) -> Match:
        return await finding.match_words(text, facts, limit, tools=self.tools)

    def listen(self, text: str) -> Spoken:
        return finding.listen(text, tools=self.tools)

    def question_asked(self, text: str, item: ServiceItem) -> CommonQuestion | None:
        return finding.question_asked(text, item, tools=self.tools)

    async def consider(
        self, caller: Caller, code: ServiceCode, person: PersonId | None, asked: str
    ) -> finding.Consideration:
        return await finding.consider(caller, code, person, asked, tools=self.tools)

    async def show(self, code: ServiceCode) -> ServiceItem:
        return await finding.show_item(code, tools=self.tools)

    async def all(self) -> tuple[ServiceItem, ...]:
        return await finding.all_items(tools=self.tools)

    async def of_hall(self, hall: HallCode) -> tuple[finding.Offered, ...]:
        return await finding.hall_list(hall, tools=self.tools)

    async def print_list(self, hall: HallCode, form: PrintForm) -> bytes:
        return await finding.print_list(hall, form, tools=self.tools)

    async def places_of_list(self, hall: HallCode) -> tuple[finding.ListedOffer, ...]:
        return await finding.hall_list_with_places(hall, tools=self.tools)

    async def halls_for(self, code: ServiceCode) -> tuple[tuple[Hall, Way], ...]:
        return await finding.halls_for(code, tools=self.tools)

    async def import_items(self, cmd: catalogue_importing.ImportCatalogue) -> Imported:
        return await catalogue_importing.import_catalogue(cmd, tools=self.tools)

    async def check_files(
        self, cmd: catalogue_importing.CheckFiles, watch: catalogue_importing.Watch | None = None
    ) -> ImportReport:
        return await catalogue_importing.check_files(cmd, tools=self.tools, watch=watch)

    async def read_files(self, cmd: catalogue_importing.CheckFiles) -> catalogue_importing.ReadCatalogue:
        return await catalogue_importing.read_files(cmd, tools=self.tools)

    async def stage_import(
        self, cmd: catalogue_importing.CheckFiles, watch: catalogue_importing.Watch | None = None
    ) -> WaitingImport:
        return await catalogue_importing.stage_import(cmd, tools=self.tools, watch=watch)

    async def apply_import(
        self, caller: Caller, waiting: ImportId, watch: catalogue_importing.Watch | None = None
    ) -> WaitingImport:
        return await catalogue_importing.apply_import(caller, waiting, tools=self.tools, watch=watch)

    async def drop_import(self, caller: Caller, waiting: ImportId) -> WaitingImport:
        return await catalogue_importing.drop_import(caller, waiting, tools=self.tools)

    async def waiting_import(self, caller: Caller, waiting: ImportId) -> WaitingImport:
        return await catalogue_importing.waiting_import(caller, waiting, tools=self.tools)

    async def recent_imports(self, caller: Caller) -> tuple[WaitingImport, ...]:
        return await catalogue_importing.recent_imports(caller, tools=self.tools)

    async def export(self, caller: Caller, form: FileForm, on: date | None = None) -> bytes:
        return await exporting.export_catalogue(caller, form, tools=self.tools, on=on)

    async def template(self, form: FileForm) -> bytes:
        return await exporting.catalogue_template(form, tools=self.tools)

    async def bundles(self) -> tuple[finding.BundleOffer, ...]:
        return await finding.bundle_offers(tools=self.tools)

    async def bundles_touched(self, found: Match) -> tuple[finding.BundleOffer, ...]:
        return await finding.bundles_touched(found, tools=self.tools)

    async def bundle_meant(self, found: Match) -> finding.BundleOffer | None:
        return await finding.bundle_meant(found, tools=self.tools)

    async def note(self, cmd: learning.NoteHearing) -> None:
        await learning.note_hearing(cmd, tools=self.tools)

    async def heard(
        self, caller: Caller, state: HeardState = HeardState.OPEN, limit: int = 50
    ) -> tuple[Edition, tuple[Heard, ...]]:
        return await learning.heard_queue(caller, state, limit, tools=self.tools)

    async def dismiss(self, caller: Caller, heard: HeardId) -> Heard:
        return await learning.dismiss(caller, heard, tools=self.tools)

    async def preview_teaching(self, cmd: learning.Teach) -> learning.Preview:
        return await learning.preview_teaching(cmd, tools=self.tools)

    async def teach(self, cmd: learning.Teach) -> Teaching:
        return await learning.teach(cmd, tools=self.tools)

    async def unteach(self, caller: Caller, teaching: TeachingId) -> Teaching:
        return await learning.unteach(caller, teaching, tools=self.tools)

    async def taught(self, caller: Caller) -> tuple[Teaching, ...]:
        return await learning.taught(caller, tools=self.tools)

    async def explain(self, caller: Caller, text: str, limit: int = 5) -> Explained:
        return await learning.explain(caller, text, limit, tools=self.tools)

    async def forget_heard(self) -> int:
        return await learning.forget_heard(tools=self.tools)


@dataclass(frozen=True, slots=True)
class PeopleCounter:
    """人员: who is who, who may act for whom."""

    tools: Tools

    async def sign_in_as(self, code: AccountCode, door: Door) -> signing.SignedIn:
        return await signing.sign_in_as(code, door, tools=self.tools)

    async def who_is(self, token: str, address: str = "") -> Caller:
        return await signing.who_is(token, address, tools=self.tools)

    async def greet(self, token: str, address: str = "") -> signing.Greeting:
        return await signing.greet(token, address, tools=self.tools)

    async def sign_out(self, token: str) -> None:
        await signing.sign_out(token, tools=self.tools)

    async def device_by_token(self, token: str, door: Door, address: str = "") -> Caller:
        return await signing.device_by_token(token, door, address, tools=self.tools)

    async def end_sessions_of(self, code: AccountCode) -> int:
        return await signing.end_sessions_of(code, tools=self.tools)

    async def forget_sessions(self) -> int:
        return await signing.forget_sessions(tools=self.tools)

    async def enrol_device(self, code: AccountCode, token: str) -> Account:
        return await signing.enrol_device(code, token, tools=self.tools)

    async def accounts(self, role: Role | None = None) -> tuple[Account, ...]:
        return await signing.accounts(tools=self.tools, role=role)

    async def villagers(self, caller: Caller) -> tuple[Person, ...]:
        return await representing.villagers(caller, tools=self.tools)

    async def villager_by_number(self, caller: Caller, number: str) -> Person | None:
        return await representing.villager_by_number(caller, number, tools=self.tools)

    async def add_villager(self, cmd: representing.AddVillager) -> Person:
        return await representing.add_villager(cmd, tools=self.tools)

    async def add_relative(self, cmd: representing.AddVillager) -> Person:
        return await representing.add_relative(cmd, tools=self.tools)

    async def person_of(self, caller: Caller, person: PersonId) -> Person:
        return await representing.person_of(caller, person, tools=self.tools)

    async def record_mandate(self, cmd: representing.RecordMandate) -> Mandate:
        return await representing.record_mandate(cmd, tools=self.tools)

    async def revoke_mandate(self, cmd: mandates.RevokeMandate) -> Mandate:
        return await mandates.revoke_mandate(cmd, tools=self.tools)

    async def my_mandates(self, caller: Caller) -> tuple[mandates.GivenMandate, ...]:
        return await mandates.my_mandates(caller, tools=self.tools)

    async def mandates_of(self, caller: Caller, person: PersonId) -> tuple[mandates.GivenMandate, ...]:
        return await mandates.mandates_of(caller, person, tools=self.tools)

    async def see_evidence(self, caller: Caller, mandate: MandateId) -> bytes:
        return await mandates.see_evidence(caller, mandate, tools=self.tools)

    async def ask_help(self, cmd: helping.AskHelp) -> HelpRequest:
        return await helping.ask_help(cmd, tools=self.tools)

    async def handle_help(self, cmd: helping.HandleHelp) -> HelpRequest:
        return await helping.handle_help(cmd, tools=self.tools)

    async def ask_again(self, cmd: helping.AskAgain) -> HelpRequest:
        return await helping.ask_again(cmd, tools=self.tools)

    async def my_help(self, caller: Caller) -> tuple[HelpRequest, ...]:
        return await helping.my_help(caller, tools=self.tools)

    async def help_to_give(self, caller: Caller) -> tuple[HelpRequest, ...]:
        return await helping.help_to_give(caller, tools=self.tools)

    async def help_at(self, caller: Caller, hall: HallCode) -> tuple[HelpRequest, ...]:
        return await helping.help_at(caller, hall, tools=self.tools)

    async def show_help(self, caller: Caller, request: HelpId) -> tuple[HelpRequest, tuple[Step, ...]]:
        return await helping.show_help(caller, request, tools=self.tools)

    async def statement(self, caller: Caller, proxy: AccountCode, month: date | None = None) -> Statement:
        return await statements.statement_of(caller, proxy, month, tools=self.tools)

    async def statements_at(
        self, caller: Caller, hall: HallCode, month: date | None = None
    ) -> tuple[Statement, ...]:
        return await statements.statements_at(caller, hall, month, tools=self.tools)

    async def staff(self, caller: Caller, hall: HallCode, monday: date | None = None) -> staffing.Roster:
        return await staffing.staff_of(caller, hall, monday, tools=self.tools)

    async def approvers(self, caller: Caller) -> tuple[Member, ...]:
        return await staffing.approvers(caller, tools=self.tools)

    async def record_training(self, cmd: authorising.RecordTraining) -> Training:
        return await authorising.record_training(cmd, tools=self.tools)

    async def authorise(self, cmd: authorising.Authorise) -> Authorisation | None:
        return await authorising.authorise(cmd, tools=self.tools)

    async def plan_duty(self, cmd: staffing.PlanDuty) -> Duty:
        return await staffing.plan_duty(cmd, tools=self.tools)

    async def cancel_duty(self, caller: Caller, duty: DutyId) -> Duty:
        return await staffing.cancel_duty(caller, duty, tools=self.tools)

    async def training_rules(self) -> TrainingRules:
        return await staffing.training_rules(tools=self.tools)

    async def offer_binding(self, caller: Caller) -> binding.BindingCode:
        return await binding.offer_binding(caller, tools=self.tools)

    async def bind_outside(self, cmd: binding.BindOutside) -> Caller:
        return await binding.bind_outside(cmd, tools=self.tools)

    async def bound_as(self, outside: Outside) -> Caller | None:
        return await binding.bound_as(outside, tools=self.tools)

    async def my_binding(self, caller: Caller, door: Door) -> Binding | None:
        return await binding.my_binding(caller, door, tools=self.tools)

    async def end_binding(self, caller: Caller, door: Door) -> bool:
        return await binding.end_binding(caller, door, tools=self.tools)

    async def gone_outside(self, outside: Outside) -> bool:
        return await binding.gone_outside(outside, tools=self.tools)

    async def inbox_lasts(self, codes: Collection[AccountCode]) -> dict[AccountCode, int]:
        return await signing.inbox_lasts(codes, tools=self.tools)

    async def notices(self, caller: Caller, after: int = 0) -> tuple[Notice, ...]:
        return await signing.notices(caller, after, tools=self.tools)


@dataclass(frozen=True, slots=True)
class QuestionsCounter:
    """首问责任: questions and answers."""

    tools: Tools

    async def ask(self, cmd: asking.AskQuestion) -> Question:
        return await asking.ask_question(cmd, tools=self.tools)

    async def answer(self, cmd: asking.AnswerQuestion) -> Question:
        return await asking.answer_question(cmd, tools=self.tools)

    async def mine(self, caller: Caller) -> tuple[Question, ...]:
        return await asking.my_questions(caller, tools=self.tools)

    async def at_hall(self, caller: Caller, hall: HallCode) -> tuple[Question, ...]:
        return await asking.hall_questions(caller, hall, tools=self.tools)

    async def to_answer(self, caller: Caller) -> tuple[Question, ...]:
        return await owning.questions_to_answer(caller, tools=self.tools)

    async def show(self, caller: Caller, question: QuestionId) -> tuple[Question, tuple[Step, ...]]:
        return await owning.show_question(caller, question, tools=self.tools)

    async def colleagues(self, caller: Caller) -> tuple[Account, ...]:
        return await owning.colleagues(caller, tools=self.tools)

    async def hand_over(self, cmd: owning.HandOverQuestion) -> Question:
        return await owning.hand_over_question(cmd, tools=self.tools)

    async def reopen(self, cmd: owning.ReopenQuestion) -> Question:
        return await owning.reopen_question(cmd, tools=self.tools)

    async def judge(self, cmd: owning.JudgeAnswer) -> Question:
        return await owning.judge_answer(cmd, tools=self.tools)

    async def overdue(self, caller: Caller, hall: HallCode | None) -> owning.Overdue:
        return await owning.overdue(caller, hall, tools=self.tools)

    async def remind_of_overdue(self) -> int:
        return await owning.remind_of_overdue(tools=self.tools)

    async def follow_ups_at(self, caller: Caller, hall: HallCode | None) -> tuple[FollowUp, ...]:
        return await following.follow_ups_at(caller, hall, tools=self.tools)

    async def my_follow_ups(self, caller: Caller) -> tuple[FollowUp, ...]:
        return await following.my_follow_ups(caller, tools=self.tools)

    async def follow_ups_of_mine(self, caller: Caller) -> tuple[FollowUp, ...]:
        return await following.follow_ups_of_mine(caller, tools=self.tools)

    async def show_follow_up(
        self, caller: Caller, follow_up: FollowUpId
    ) -> tuple[FollowUp, tuple[Step, ...]]:
        return await following.show_follow_up(caller, follow_up, tools=self.tools)

    async def may_follow_up(self, caller: Caller, follow_up: FollowUpId) -> tuple[Account, ...]:
        return await following.may_follow_up(caller, follow_up, tools=self.tools)

    async def number_to_call(self, caller: Caller, follow_up: FollowUpId) -> following.CallBack:
        return await following.number_to_call(caller, follow_up, tools=self.tools)

    async def note_contact(self, cmd: following.NoteContact) -> FollowUp:
        return await following.note_contact(cmd, tools=self.tools)

    async def close_follow_up(self, cmd: following.CloseFollowUp) -> FollowUp:
        return await following.close_follow_up(cmd, tools=self.tools)

    async def hand_over_follow_up(self, cmd: following.HandOverFollowUp) -> FollowUp:
        return await following.hand_over_follow_up(cmd, tools=self.tools)

    async def judge_again(self, cmd: following.JudgeAgain) -> FollowUp:
        return await following.judge_again(cmd, tools=self.tools)

    async def open_order(self, cmd: ordering.OpenOrder) -> WorkOrder:
        return await ordering.open_order(cmd, tools=self.tools)

    async def add_order_image(self, cmd: ordering.AddOrderImage) -> WorkOrder:
        return await ordering.add_order_image(cmd, tools=self.tools)

    async def work_on_order(self, cmd: ordering.WorkOnOrder) -> WorkOrder:
        return await ordering.work_on_order(cmd, tools=self.tools)

    async def orders(self, caller: Caller, *, closed: bool = False) -> tuple[WorkOrder, ...]:
        return await ordering.orders_of(caller, closed=closed, tools=self.tools)

    async def show_order(self, caller: Caller, order: OrderId) -> tuple[WorkOrder, tuple[Step, ...]]:
        return await ordering.show_order(caller, order, tools=self.tools)

    async def see_order_image(self, caller: Caller, order: OrderId, place: int) -> bytes:
        return await ordering.see_order_image(caller, order, place, tools=self.tools)

    async def undelivered(self, caller: Caller) -> tuple[undelivered.Undelivered, ...]:
        return await undelivered.undelivered(caller, tools=self.tools)

    async def send_again(self, caller: Caller, numbers: Sequence[int]) -> None:
        await undelivered.send_again(caller, numbers, tools=self.tools)


@dataclass(frozen=True, slots=True)
class FiguresCounter:
    """指标: figures that can be proven from rows."""

    tools: Tools

    async def nearby(self, caller: Caller, hall: HallCode) -> nearby.NearbyRate:
        return await nearby.nearby_rate(caller, hall, tools=self.tools)

    async def sheet(self, caller: Caller, month: Month, hall: HallCode | None) -> FigureSheet:
        return await counting.figure_sheet(caller, month, hall, tools=self.tools)

    async def trend(
        self, caller: Caller, month: Month, hall: HallCode | None, months: int = 6
    ) -> tuple[FigureSheet, ...]:
        return await counting.figure_trend(caller, month, hall, tools=self.tools, months=months)

    async def rows(self, cmd: counting.AskRows) -> tuple[ShownRow, ...]:
        return await counting.figure_rows(cmd, tools=self.tools)

    async def workload(self, caller: Caller, month: Month, hall: HallCode | None) -> tuple[Workload, ...]:
        return await counting.workload(caller, month, hall, tools=self.tools)

    async def shortfalls(self, caller: Caller, month: Month, hall: HallCode | None) -> tuple[Shortfall, ...]:
        return await counting.shortfalls(caller, month, hall, tools=self.tools)

    async def report(self, caller: Caller, month: Month, hall: HallCode | None, form: PrintForm) -> bytes:
        return await reporting.monthly_report(caller, month, hall, form, tools=self.tools)

    async def assessment(self, caller: Caller, month: Month, hall: HallCode | None, form: PrintForm) -> bytes:
        return await reporting.assessment(caller, month, hall, form, tools=self.tools)


class Desk:
    """窗口: what every door speaks to; it does not know which door it is."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.cases = CasesCounter(tools)
        self.places = PlacesCounter(tools)
        self.queue = QueueCounter(tools)
        self.kiosk = KioskCounter(tools)
        self.visits = VisitsCounter(tools)
        self.catalogue = CatalogueCounter(tools)
        self.people = PeopleCounter(tools)
        self.questions = QuestionsCounter(tools)
        self.figures = FiguresCounter(tools)

    @property
    def today(self) -> date:
        """The day it is in the county."""
        return local_day(self.now)

    @property
    def pace(self) -> Pace:
        """The county's numbers for the clocks of cases."""
        return self._tools.rules.pace

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self._tools.clock.now()
