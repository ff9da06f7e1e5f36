"""Names of things: every identifier is a string with a type of its own."""

from __future__ import annotations

from typing import NewType

PersonId = NewType("PersonId", str)
AccountCode = NewType("AccountCode", str)
ServiceCode = NewType("ServiceCode", str)
DepartmentName = NewType("DepartmentName", str)
HallCode = NewType("HallCode", str)
CounterCode = NewType("CounterCode", str)
VillageCode = NewType("VillageCode", str)
DivisionCode = NewType("DivisionCode", str)
SlotId = NewType("SlotId", str)
AppointmentId = NewType("AppointmentId", str)
TicketId = NewType("TicketId", str)
CaseId = NewType("CaseId", str)
PageId = NewType("PageId", str)
CardId = NewType("CardId", str)
EventId = NewType("EventId", str)
MandateId = NewType("MandateId", str)
QuestionId = NewType("QuestionId", str)
HeardId = NewType("HeardId", str)
TeachingId = NewType("TeachingId", str)
ImportId = NewType("ImportId", str)
BundleCode = NewType("BundleCode", str)
IntentKey = NewType("IntentKey", str)
Digest = NewType("Digest", str)
FollowUpId = NewType("FollowUpId", str)
HelpId = NewType("HelpId", str)
OrderId = NewType("OrderId", str)
TrainingId = NewType("TrainingId", str)
DutyId = NewType("DutyId", str)
